package pipeline

// Needed are the sources of a pipeline and of those that it calls by name, the entry first. Where a definition can't
// be read, or has a name that only an event gives, all are needed: Compile says what is wrong.
func Needed(entry string, sources []Source) []Source {
	byName := map[string]Source{}
	for _, s := range sources {
		byName[s.Name] = s
	}
	var needed []Source
	seen := map[string]bool{}
	queue := []string{entry}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		src, ok := byName[name]
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		needed = append(needed, src)
		root, err := parseNode(reference.ReplaceAll(src.Text, []byte("$1")))
		if err != nil {
			continue
		}
		called, all := calls(root)
		if all {
			for other := range byName {
				called = append(called, other)
			}
		}
		queue = append(queue, called...)
	}
	return needed
}

// calls are the names in `pipeline` processors; all says that one of them is a template.
func calls(n *node) (names []string, all bool) {
	take := func(of *node) {
		more, any := calls(of)
		names, all = append(names, more...), all || any
	}
	for _, f := range n.fields {
		if name := f.node.get("name"); f.name == "pipeline" && name != nil {
			text, _ := name.text()
			names, all = append(names, text), all || isTemplate(text)
		}
		take(f.node)
	}
	for _, item := range n.list {
		take(item)
	}
	return names, all
}
