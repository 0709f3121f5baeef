package redisstream

import "github.com/redis/go-redis/v9"

// ackScript acknowledges and deletes entries of KEYS[1], and adds frames of deferred lines to KEYS[2], in one step.
// ARGV: group, number of ids, the ids, the frames. Frames come first: a script that fails half way is not undone.
var ackScript = redis.NewScript(`#!lua flags=allow-oom
local group, n = ARGV[1], tonumber(ARGV[2])
for i = 3 + n, #ARGV do
  if not redis.call('XADD', KEYS[2], 'NOMKSTREAM', '*', 'f', ARGV[i]) then
    redis.call('XGROUP', 'CREATE', KEYS[2], group, '0', 'MKSTREAM')
    redis.call('XADD', KEYS[2], '*', 'f', ARGV[i])
  end
end
if n > 0 then
  redis.call('XACK', KEYS[1], group, unpack(ARGV, 3, 2 + n))
  redis.call('XDEL', KEYS[1], unpack(ARGV, 3, 2 + n))
end
return n
`)

// ackChunk bounds the ids of one call: Lua's stack has room for about 8,000.
const ackChunk = 500

// tidyScript deletes consumers of KEYS[1] that hold nothing and have not been heard of for ARGV[2] ms; with
// ARGV[3], that one only. Looking and deleting must be one step: XGROUP DELCONSUMER drops what a consumer holds.
var tidyScript = redis.NewScript(`#!lua flags=allow-oom
local gone = 0
for _, c in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local name, pending, idle = c[2], c[4], c[6]
  if pending == 0 and idle >= tonumber(ARGV[2]) and (not ARGV[3] or ARGV[3] == name) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], name)
    gone = gone + 1
  end
end
return gone
`)
