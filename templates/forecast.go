package templates

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Forecast is how many shards the daily indices will come to.
type Forecast struct {
	Lanes   int // with dead letters, which have an index on days when there are any
	Days    int // that are kept
	Indices int
	Shards  int // without copies
}

// NewForecast counts for that many lanes. Without a retention it counts a year.
func NewForecast(c *Config, lanes int) Forecast {
	days := 365
	if c.Retention > 0 {
		days = max(1, int((c.Retention+24*time.Hour-1)/(24*time.Hour))) + 1
	}
	f := Forecast{Lanes: lanes + 1, Days: days}
	f.Indices = f.Lanes * f.Days
	f.Shards = f.Indices * c.Shards
	return f
}

// Capacity is the room for shards that a cluster has.
type Capacity struct {
	Nodes int // that hold data
	Limit int // shards of the whole cluster, copies included
	Used  int
}

// ShardCapacity asks the cluster.
func ShardCapacity(ctx context.Context, c Client) (Capacity, error) {
	var health struct {
		Nodes  int `json:"number_of_data_nodes"`
		Shards int `json:"active_shards"`
	}
	if err := c.Do(ctx, http.MethodGet, "/_cluster/health", nil, &health); err != nil {
		return Capacity{}, fmt.Errorf("templates: room for shards: %w", err)
	}
	type settings struct {
		Cluster struct {
			MaxShardsPerNode string `json:"max_shards_per_node"`
		}
	}
	var all struct{ Persistent, Transient, Defaults settings }
	path := "/_cluster/settings?include_defaults=true&filter_path=*.cluster.max_shards_per_node"
	if err := c.Do(ctx, http.MethodGet, path, nil, &all); err != nil {
		return Capacity{}, fmt.Errorf("templates: room for shards: %w", err)
	}
	for _, s := range []settings{all.Transient, all.Persistent, all.Defaults} {
		if n, err := strconv.Atoi(s.Cluster.MaxShardsPerNode); err == nil {
			return Capacity{health.Nodes, n * health.Nodes, health.Shards}, nil
		}
	}
	return Capacity{health.Nodes, 1000 * health.Nodes, health.Shards}, nil
}

// Copies is the number of copies of each shard, itself included, for a range of replicas such as 0-1.
func (c Capacity) Copies(replicas string) int {
	var least, most int
	if _, err := fmt.Sscanf(replicas, "%d-%d", &least, &most); err != nil {
		most = c.Nodes - 1 // 1-all
	}
	return 1 + max(least, min(most, c.Nodes-1))
}

// String says it in a line.
func (f Forecast) String() string {
	return fmt.Sprintf("%d lanes (dead letters included) × %d days = %d indices, %d shards without copies", f.Lanes, f.Days, f.Indices, f.Shards)
}

// Warning tells what to do when the shards will not fit into the cluster; it is empty when they will.
func (f Forecast) Warning(c Capacity, replicas string) string {
	need := f.Shards * c.Copies(replicas)
	if c.Limit == 0 || need <= c.Limit {
		return ""
	}
	return fmt.Sprintf("the daily indices will come to %d shards, copies included, where the cluster takes %d (cluster.max_shards_per_node): set index.templates.retention, use fewer lanes, or more nodes", need, c.Limit)
}
