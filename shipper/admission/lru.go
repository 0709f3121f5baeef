package admission

import (
	"container/list"
	"net/netip"
)

// maxBuckets bounds the addresses whose rate is remembered. One that was left out of them may send for a second again.
const maxBuckets = 16_384

// lru keeps the buckets that were asked for last.
type lru struct {
	most  int
	byKey map[netip.Addr]*list.Element
	order *list.List // of *entry, the last one asked for first
}

type entry struct {
	key netip.Addr
	Bucket
}

func newLRU(most int) lru {
	return lru{most: most, byKey: map[netip.Addr]*list.Element{}, order: list.New()}
}

func (l *lru) get(key netip.Addr, rate int) *Bucket {
	if at, ok := l.byKey[key]; ok {
		l.order.MoveToFront(at)
		return &at.Value.(*entry).Bucket
	}
	if l.order.Len() >= l.most {
		oldest := l.order.Back()
		delete(l.byKey, oldest.Value.(*entry).key)
		l.order.Remove(oldest)
	}
	e := &entry{key: key, Bucket: Bucket{rate: rate}}
	l.byKey[key] = l.order.PushFront(e)
	return &e.Bucket
}
