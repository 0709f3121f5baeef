package templates

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// feature is something that not every cluster has.
type feature string

const (
	flattened         feature = "the field type flattened"
	charGroup         feature = "the tokenizer char_group"
	ignoreBeyondLimit feature = "the setting ignore_dynamic_beyond_limit"
	lifecycle         feature = "index lifecycle management"
)

// fallback says what is done where a feature is missing.
var fallback = map[feature]string{
	flattened:         "fields of JSON messages are kept, but can't be searched",
	charGroup:         "text is searched by the words of the standard analyzer",
	ignoreBeyondLimit: "fields that are not in the templates are kept, but can't be searched",
	lifecycle:         "nothing deletes old indices (index.templates.retention): delete <prefix>-*-YYYY.MM.DD by a job of your own",
}

type features map[feature]bool

// probe asks the cluster what it has, by trial: it would not say otherwise. Nothing is changed.
func probe(ctx context.Context, c Client) (features, error) {
	trials := map[feature]object{
		flattened:         {"mappings": object{"properties": object{"a": object{"type": "flattened"}}}},
		charGroup:         {"settings": object{"analysis": analysis()}},
		ignoreBeyondLimit: {"settings": object{"index.mapping.total_fields.ignore_dynamic_beyond_limit": true}},
	}
	has := features{}
	for f, template := range trials {
		err := c.Do(ctx, http.MethodPost, "/_index_template/_simulate", object{
			"index_patterns": []string{"millrace-probe-nothing-is-called-so"}, "template": template,
		}, nil)
		if err != nil && status(err) != http.StatusBadRequest {
			return nil, fmt.Errorf("templates: find out whether the cluster has %s: %w", f, err)
		}
		has[f] = err == nil
	}
	err := c.Do(ctx, http.MethodGet, "/_ilm/status", nil, nil)
	if err != nil && status(err) == 0 {
		return nil, fmt.Errorf("templates: find out whether the cluster has %s: %w", lifecycle, err)
	}
	has[lifecycle] = err == nil
	return has, nil
}

// status is the status of an answer that said no; 0 if there was no answer.
func status(err error) int {
	var answer interface{ HTTPStatus() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatus()
	}
	return 0
}
