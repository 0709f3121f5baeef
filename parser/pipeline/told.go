package pipeline

import "strings"

// handlers compiles the processors of an on_failure.
func (c *compiler) handlers(n *node, where string) ([]step, error) {
	steps, err := c.steps(n, where)
	if len(steps) > 0 {
		steps[0].told = asksIngest(n)
	}
	return steps, err
}

// asksIngest tells whether processors may read `_ingest`: they name it, or something only an event or another
// definition says what they read.
func asksIngest(n *node) bool {
	if text, ok := n.text(); ok && (strings.Contains(text, "_ingest") || isTemplate(text)) {
		return true
	}
	for _, f := range n.fields {
		switch f.name {
		case "pipeline", "script", "foreach", "if":
			return true
		}
		if strings.Contains(f.name, "_ingest") || asksIngest(f.node) {
			return true
		}
	}
	for _, item := range n.list {
		if asksIngest(item) {
			return true
		}
	}
	return false
}
