package painless

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// oddEntries are the entries of a map whose keys are no strings, which an event's maps cannot hold. They live
// as long as the run.
type oddEntries struct {
	keys, values []value
}

type orderedKey struct {
	bucket, i int
	v         event.Value
}

func (o *oddEntries) find(c *Context, k value) int {
	if o == nil {
		return -1
	}
	c.work(len(o.keys))
	for i := range o.keys {
		if c.javaEquals(o.keys[i], k) {
			return i
		}
	}
	return -1
}

func (c *Context) extras(m value) *oddEntries {
	if c.odd == nil || isArena(m.ref) {
		return nil
	}
	return c.odd[m.v]
}

func (c *Context) extraLen(m value) int {
	n := 0
	if o := c.extras(m); o != nil {
		n = len(o.keys)
	}
	if c.isRoot(m) {
		n += c.metaLen()
	}
	return n
}

// isRoot tells whether m is ctx, which shows the metadata among its entries.
func (c *Context) isRoot(m value) bool { return m.ref == nil && m.v == c.Event.Doc() }

// mapGet is the value of a key, null when there is none.
func (c *Context) mapGet(m, k value) value {
	if !k.isText() {
		c.sought(m, k)
		if i := c.extras(m).find(c, k); i >= 0 {
			return c.odd[m.v].values[i]
		}
		return null()
	}
	name := textOf(c, k)
	if v := c.arenaOf(m).LookupBytes(m.v, name); v.Kind() != event.Missing {
		return c.loaded(m, v)
	}
	if len(name) > 0 && name[0] == '_' && c.isRoot(m) {
		return c.meta(string(name))
	}
	return null()
}

// mapSymbol is mapGet for a name known at compile time.
func (c *Context) mapSymbol(m value, name event.Symbol) value {
	if v := c.arenaOf(m).Lookup(m.v, name); v.Kind() != event.Missing {
		return c.loaded(m, v)
	}
	if s := name.String(); len(s) > 0 && s[0] == '_' && c.isRoot(m) {
		return c.meta(s)
	}
	return null()
}

func (c *Context) hasKey(m, k value) bool {
	if !k.isText() {
		c.sought(m, k)
		return c.extras(m).find(c, k) >= 0
	}
	name := textOf(c, k)
	if c.arenaOf(m).LookupBytes(m.v, name).Kind() != event.Missing {
		return true
	}
	return c.isRoot(m) && !c.meta(string(name)).isNull()
}

// mapPut sets a key and returns what it had.
func (c *Context) mapPut(m, k, v value) value {
	c.mutable(m)
	c.admit(m, k)
	old := c.mapGet(m, k)
	c.charge(mapEntrySize)
	if !k.isText() {
		c.putOdd(m, k, v)
		return old
	}
	name := textOf(c, k)
	if len(name) > 0 && name[0] == '_' && c.isRoot(m) && isMetadata(string(name)) {
		c.setMeta(string(name), v)
		return old
	}
	c.Event.PutBytes(m.v, name, c.stored(v))
	return old
}

// mapEntrySize is what an entry is charged with, in bytes.
const mapEntrySize = 48

func (c *Context) putSymbol(m value, name event.Symbol, v value) {
	if c.isRoot(m) && isMetadata(name.String()) {
		c.mutable(m)
		c.setMeta(name.String(), v)
		return
	}
	c.mutable(m)
	c.charge(mapEntrySize)
	c.Event.Put(m.v, name, c.stored(v))
}

func (c *Context) putOdd(m, k, v value) {
	if c.odd == nil {
		c.odd = map[event.Value]*oddEntries{}
	}
	o := c.odd[m.v]
	if o == nil {
		o = &oddEntries{}
		c.odd[m.v] = o
	}
	if i := o.find(c, k); i >= 0 {
		o.values[i] = v
		return
	}
	c.charge(64)
	o.keys, o.values = append(o.keys, k), append(o.values, v)
}

// mapRemove removes a key and returns what it had.
func (c *Context) mapRemove(m, k value) value {
	c.mutable(m)
	old := c.mapGet(m, k)
	if !k.isText() {
		if o := c.extras(m); o != nil {
			if i := o.find(c, k); i >= 0 {
				o.keys, o.values = slices.Delete(o.keys, i, i+1), slices.Delete(o.values, i, i+1)
			}
		}
		return old
	}
	c.work(c.Event.Len(m.v))
	c.Event.RemoveBytes(m.v, textOf(c, k))
	return old
}

func (c *Context) mapClear(m value) {
	c.mutable(m)
	c.Event.Clear(m.v)
	if o := c.extras(m); o != nil {
		o.keys, o.values = nil, nil
	}
}

// sortedKeys are the keys of a map in the order in which Java goes over it.
func (c *Context) sortedKeys(m value) []value {
	if m.isNull() {
		c.nullPointer(-1, `Cannot invoke "java.util.Map.size()" because "m" is null`)
	}
	ev := c.arenaOf(m)
	n := ev.Len(m.v)
	c.work(4 * n)
	c.charge(32 * n)
	keys := make([]value, 0, n+2)
	for i := range n {
		keys = append(keys, c.keyAt(m, i))
	}
	if o := c.extras(m); o != nil {
		keys = append(keys, o.keys...)
	}
	switch classes().tags.order(m) {
	case byHash:
		c.sortByHash(keys, m.room())
	case sorted:
		c.sort(keys, c.comparatorOf(m))
	}
	if c.isRoot(m) {
		keys = c.appendMetaKeys(keys)
	}
	return keys
}

// keyAt is the key of entry i, as a string of the event.
func (c *Context) keyAt(m value, i int) value {
	ev := c.arenaOf(m)
	return c.textValue(ev.Key(m.v, i))
}

func (c *Context) sortByHash(keys []value, room int) {
	if len(keys) < 2 {
		return
	}
	type hashed struct {
		bucket int
		k      value
	}
	hs := make([]hashed, len(keys))
	for i, k := range keys {
		hs[i] = hashed{c.bucket(k, len(keys), room), k}
	}
	slices.SortStableFunc(hs, func(a, b hashed) int { return a.bucket - b.bucket })
	for i := range hs {
		keys[i] = hs[i].k
	}
}

func (c *Context) bucket(k value, n, size int) int { return HashBucket(c.hash(k), n, size) }

// HashBucket is where java.util.HashMap has a key of that hash code when it holds n keys, began with that size (16, if
// nobody has said), and was never larger.
func HashBucket(hash int32, n, size int) int {
	for n > size*3/4 {
		size *= 2
	}
	h := uint32(hash) //nolint:gosec // its bits
	return int((h ^ h>>16) & uint32(size-1))
}

type viewKind uint8

const (
	viewEntries viewKind = iota
	viewKeys
	viewValues
)

// mapView is what entrySet, keySet and values give.
type mapView struct {
	m    value
	what viewKind
}

// view makes a view, which lives as long as the run. The first ones cost no allocation.
func (c *Context) view(m value, what viewKind) value {
	if c.views == len(c.viewRoom) {
		return object(&mapView{m, what})
	}
	v := &c.viewRoom[c.views]
	c.views++
	*v = mapView{m, what}
	return object(v)
}

func (v *mapView) classOf(event.Value) *class { return classes().views[v.what] }

func isView(x value) bool {
	_, ok := x.ref.(*mapView)
	return ok
}

// mapEntry is a Map.Entry.
type mapEntry struct {
	m, k, val value
	inMap     bool // setValue writes through
	own       bool // it stands alone, and keeps what setValue sets
	fixed     bool // it stands alone, and cannot be changed
}

// entry makes an entry of m, which lives as long as the run. The first ones cost no allocation.
func (c *Context) entry(m, k, v value) value {
	if c.entries == len(c.entryRoom) {
		return object(&mapEntry{m: m, k: k, val: v, inMap: true})
	}
	e := &c.entryRoom[c.entries]
	c.entries++
	*e = mapEntry{m: m, k: k, val: v, inMap: true}
	return object(e)
}

func (e *mapEntry) classOf(event.Value) *class {
	switch {
	case e.own:
		return classes().types["AbstractMap.SimpleEntry"]
	case e.fixed:
		return classes().types["AbstractMap.SimpleImmutableEntry"]
	}
	return classes().entry
}

func (e *mapEntry) appendText(c *Context, dst []byte) []byte {
	dst = append(c.appendText(dst, e.k), '=')
	return c.appendText(dst, e.val)
}

func (e *mapEntry) equals(c *Context, x value) bool {
	o, ok := x.ref.(*mapEntry)
	return ok && c.javaEquals(e.k, o.k) && c.javaEquals(e.val, o.val)
}

func (e *mapEntry) hashCode(c *Context) int32 { return c.hash(e.k) ^ c.hash(e.val) }

// The metadata of a document are entries of ctx.

var metadataNames = []string{"_index", "_id", "_version", "_routing", "_version_type", "_type", "_if_seq_no", "_if_primary_term", "_dynamic_templates"}

func isMetadata(name string) bool { return slices.Contains(metadataNames, name) }

func (c *Context) meta(name string) value {
	md, s := &c.Metadata, ""
	switch name {
	case "_index":
		s = md.Index
	case "_id":
		s = md.ID
	case "_routing":
		s = md.Routing
	case "_version_type":
		s = md.VersionType
	case "_version":
		if md.HasVersion {
			return long(md.Version)
		}
	}
	if s == "" {
		return null()
	}
	return c.textString(s)
}

func (c *Context) setMeta(name string, v value) {
	if c.SetMetadata == nil {
		c.throw("java.lang.IllegalArgumentException", "[%s] cannot be set by a script", name)
	}
	if err := c.SetMetadata(name, c.stored(v)); err != nil {
		c.throw("java.lang.IllegalArgumentException", "%s", err.Error())
	}
}

func (c *Context) metaLen() int {
	n, md := 0, &c.Metadata
	for _, s := range [...]string{md.Index, md.ID, md.Routing, md.VersionType} {
		if s != "" {
			n++
		}
	}
	if md.HasVersion {
		n++
	}
	return n
}

func (c *Context) appendMetaKeys(keys []value) []value {
	for _, name := range metadataNames {
		if !c.meta(name).isNull() {
			keys = append(keys, c.textString(name))
		}
	}
	return keys
}
