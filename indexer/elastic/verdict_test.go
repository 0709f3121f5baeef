package elastic

import (
	"strings"
	"testing"
)

func TestAllCreated(t *testing.T) {
	one := `{"errors":false,"items":[{"create":{"status":201}}]}`
	two := `{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}`
	many := createdHead + strings.Repeat(createdItem+",", 299) + createdItem + createdTail
	for _, c := range []struct {
		answer string
		n      int
		want   bool
	}{
		{one, 1, true}, {two, 2, true}, {many, 300, true}, {many, 299, false},
		{many[:len(many)-30] + "5" + many[len(many)-29:], 300, false},
		{many[:len(many)/2] + "x" + many[len(many)/2+1:], 300, false},
		{one, 2, false}, {two, 1, false}, {one, 0, false}, {"", 0, false}, {"", 1, false},
		{strings.Replace(two, "201", "409", 1), 2, false},
		{strings.Replace(two, "201}}]", "409}}]", 1), 2, false},
		{strings.Replace(two, "false", "trues", 1), 2, false},
		{strings.Replace(two, "}},{", "}};{", 1), 2, false},
		{strings.Replace(two, "]}", "]]", 1), 2, false},
	} {
		if got := allCreated([]byte(c.answer), c.n); got != c.want {
			t.Errorf("%s of %d: %t", c.answer, c.n, got)
		}
	}
}
