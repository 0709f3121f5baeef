# Answers with Ruby's own Regexp (Onigmo), for the differential tests.
# In, a line each: {"re": "...", "opts": 0, "lines": [...]}.
# Out, a line each: null if the expression is refused, else for each line null
# or [[start, end] or null, ...], group 0 first, in bytes.
require "json"
$stdout.sync = true
$VERBOSE = nil
known = {}
while (req = $stdin.gets)
  q = JSON.parse(req)
  begin
    re = (known[q["re"]] ||= Regexp.new(q["re"]))
  rescue RegexpError, ArgumentError => e
    puts JSON.dump({"error" => e.message})
    next
  end
  out = q["lines"].map do |l|
    m = re.match(l)
    m && (0...m.size).map do |i|
      next nil unless m.begin(i)
      l.ascii_only? ? [m.begin(i), m.end(i)] : [l[0...m.begin(i)].bytesize, l[0...m.end(i)].bytesize]
    end
  end
  puts JSON.dump({"lines" => out})
end
