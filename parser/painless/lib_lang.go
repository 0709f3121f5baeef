package painless

import (
	"strings"

	"github.com/millrace/millrace/event"
)

// order in which a container is gone over.
type iterationOrder uint8

const (
	byInsertion iterationOrder = iota
	byHash
	sorted
)

// tags of the containers that documents do not have, and of those that conditions make.
type tags struct {
	list, hashMap                        *tag // ArrayList and HashMap of a condition, which may be changed
	hashSet, linkedSet, treeSet          *tag
	linkedMap, treeMap                   *tag
	fixedList, fixedSet, fixedMap, queue *tag
	arraysList, textsList                *tag // Arrays.asList, of any array and of a String[]
	linkedList, heap, vector, stack      *tag
	copied4, copied8                     *tag // HashMaps made as copies of small ones
}

// order tells how the container x is gone over.
func (t *tags) order(x value) iterationOrder {
	r, ok := x.ref.(*tag)
	if !ok {
		return byHash
	}
	switch r.cls {
	case t.treeSet.cls, t.treeMap.cls:
		return sorted
	case t.hashMap.cls, t.hashSet.cls, t.fixedMap.cls, t.fixedSet.cls:
		return byHash
	}
	return byInsertion
}

// room is the size of the table that x began with, if it is a HashMap.
func (x value) room() int {
	if t, ok := x.ref.(*tag); ok && t.room > 0 {
		return t.room
	}
	return 16
}

// comparatorOf is the order of a TreeMap or TreeSet, nil for the natural one.
func (c *Context) comparatorOf(x value) func(a, b value) int {
	return c.comparator(x.ref.(*tag).less)
}

func (k *class) arrayTag() *tag { return k.tag }

// declareFunctions declares the functional interfaces.
func declareFunctions(l *lib) {
	l.types["Object"] = l.object
	l.string = l.class("java.lang.String")
	interfaces := []struct{ name, sam string }{
		{"java.util.function.Function", "def apply(def)"},
		{"java.util.function.BiFunction", "def apply(def,def)"},
		{"java.util.function.UnaryOperator", "def apply(def)"},
		{"java.util.function.BinaryOperator", "def apply(def,def)"},
		{"java.util.function.Predicate", "boolean test(def)"},
		{"java.util.function.BiPredicate", "boolean test(def,def)"},
		{"java.util.function.Consumer", "void accept(def)"},
		{"java.util.function.BiConsumer", "void accept(def,def)"},
		{"java.util.function.Supplier", "def get()"},
		{"java.util.function.ObjIntConsumer", "void accept(def,int)"},
		{"java.util.Comparator", "int compare(def,def)"},
		{"java.util.function.BooleanSupplier", "boolean getAsBoolean()"},
		{"java.util.function.ObjLongConsumer", "void accept(def,long)"},
		{"java.util.function.ObjDoubleConsumer", "void accept(def,double)"},
		{"java.util.function.ToIntBiFunction", "int applyAsInt(def,def)"},
		{"java.util.function.ToLongBiFunction", "long applyAsLong(def,def)"},
		{"java.util.function.ToDoubleBiFunction", "double applyAsDouble(def,def)"},
	}
	for _, prim := range []*class{l.int, l.long, l.double} {
		name, t := "java.util.function."+titleOf(prim), prim.name
		for _, f := range []struct{ name, sam string }{
			{"java.util.function.To" + titleOf(prim) + "Function", "$ applyAs$T(def)"},
			{name + "Function", "def apply($)"}, {name + "Predicate", "boolean test($)"}, {name + "UnaryOperator", "$ applyAs$T($)"},
			{name + "BinaryOperator", "$ applyAs$T($,$)"}, {name + "Consumer", "void accept($)"}, {name + "Supplier", "$ getAs$T()"},
		} {
			f.sam = strings.ReplaceAll(strings.ReplaceAll(f.sam, "$T", titleOf(prim)), "$", t)
			interfaces = append(interfaces, f)
		}
		for _, to := range []*class{l.int, l.long, l.double} {
			if to != prim {
				interfaces = append(interfaces, struct{ name, sam string }{
					name + "To" + titleOf(to) + "Function", to.name + " applyAs" + titleOf(to) + "(" + t + ")",
				})
			}
		}
	}
	for _, f := range interfaces {
		k := l.class(f.name)
		switch k.simple {
		case "UnaryOperator":
			k.supers = append(k.supers, l.types["Function"])
		case "BinaryOperator":
			k.supers = append(k.supers, l.types["BiFunction"])
		}
		k.method(l, f.sam, func(c *Context, this value, args []value) value { return c.apply(this, args...) })
		for _, m := range k.methods {
			k.sam = m
		}
	}
	fn := l.class("Lambda")
	fn.hidden = true
	for _, k := range l.all {
		if k.sam != nil {
			fn.supers = append(fn.supers, k)
		}
	}
}

// declareLang declares Object, String's relatives and the boxes.
func declareLang(l *lib) {
	l.object.method(l, "boolean equals(Object)", func(c *Context, this value, a []value) value {
		return boolean(c.javaEquals(this, a[0]))
	})
	l.object.method(l, "int hashCode()", func(c *Context, this value, _ []value) value { return integer(c.hash(this)) })
	l.object.method(l, "String toString()", func(c *Context, this value, _ []value) value { return c.javaString(this) })
	comparable := l.class("java.lang.Comparable")
	comparable.method(l, "int compareTo(def)", func(c *Context, this value, a []value) value {
		return count(c.compare(this, a[0]))
	})
	l.charSequence = l.class("java.lang.CharSequence")
	l.number = l.class("java.lang.Number")
	box := func(name string, prim *class, supers ...string) *class {
		k := l.class(name, supers...)
		k.box, prim.box = prim, k
		return k
	}
	number := "java.lang.Number"
	kinds := &l.kinds
	kinds[event.Bool] = box("java.lang.Boolean", l.boolean, "Comparable")
	charTag.cls = box("java.lang.Character", l.char, "Comparable")
	byteTag.cls = box("java.lang.Byte", l.byte, number, "Comparable")
	shortTag.cls = box("java.lang.Short", l.short, number, "Comparable")
	kinds[event.Int] = box("java.lang.Integer", l.int, number, "Comparable")
	kinds[event.Long] = box("java.lang.Long", l.long, number, "Comparable")
	kinds[event.Float] = box("java.lang.Float", l.float, number, "Comparable")
	kinds[event.Double] = box("java.lang.Double", l.double, number, "Comparable")
	kinds[event.BigInt] = l.class("java.math.BigInteger", number, "Comparable")
	kinds[event.String] = l.string
	l.string.supers = append(l.string.supers, l.types["CharSequence"], comparable)
	bytes := l.array(l.byte)
	bytes.tag = &tag{cls: bytes}
	kinds[event.Bytes] = bytes
}

// declareThrowables declares exceptions: those that the package throws and that scripts name.
func declareThrowables(l *lib) {
	t := l.class("java.lang.Throwable")
	t.hidden = true
	t.method(l, "String getMessage()", func(c *Context, this value, _ []value) value {
		e := this.ref.(*exception)
		if !e.hasText {
			return null()
		}
		return c.textString(e.message)
	})
	t.method(l, "String getLocalizedMessage()", t.methods["getMessage/0"].run)
	for _, e := range []struct{ name, super string }{
		{"java.lang.Error", "Throwable"},
		{"java.lang.OutOfMemoryError", "java.lang.Error"},
		{"java.lang.StackOverflowError", "java.lang.Error"},
		{"org.elasticsearch.painless.PainlessError", "java.lang.Error"},
		{"java.lang.Exception", "Throwable"},
		{"java.lang.RuntimeException", "Exception"},
		{"java.lang.IllegalArgumentException", "RuntimeException"},
		{"java.lang.NumberFormatException", "IllegalArgumentException"},
		{"java.util.regex.PatternSyntaxException", "IllegalArgumentException"},
		{"java.lang.IllegalStateException", "RuntimeException"},
		{"java.lang.NullPointerException", "RuntimeException"},
		{"java.lang.ClassCastException", "RuntimeException"},
		{"java.lang.invoke.WrongMethodTypeException", "RuntimeException"},
		{"java.lang.ArithmeticException", "RuntimeException"},
		{"java.lang.NegativeArraySizeException", "RuntimeException"},
		{"java.lang.ArrayStoreException", "RuntimeException"},
		{"java.lang.UnsupportedOperationException", "RuntimeException"},
		{"java.lang.IndexOutOfBoundsException", "RuntimeException"},
		{"java.lang.ArrayIndexOutOfBoundsException", "IndexOutOfBoundsException"},
		{"java.lang.StringIndexOutOfBoundsException", "IndexOutOfBoundsException"},
		{"java.util.ConcurrentModificationException", "RuntimeException"},
		{"java.util.NoSuchElementException", "RuntimeException"},
		{"java.util.EmptyStackException", "RuntimeException"},
		{"java.util.InputMismatchException", "NoSuchElementException"},
		{"java.util.IllformedLocaleException", "RuntimeException"},
		{"java.util.TooManyListenersException", "Exception"},
		{"java.util.IllegalFormatException", "IllegalArgumentException"},
		{"java.util.UnknownFormatConversionException", "IllegalFormatException"},
		{"java.util.MissingFormatArgumentException", "IllegalFormatException"},
		{"java.util.IllegalFormatConversionException", "IllegalFormatException"},
		{"java.util.FormatterClosedException", "IllegalStateException"},
		{"java.lang.IllegalMonitorStateException", "RuntimeException"},
		{"java.lang.IllegalThreadStateException", "IllegalArgumentException"},
		{"java.lang.CloneNotSupportedException", "Exception"},
		{"java.lang.InterruptedException", "Exception"},
		{"java.lang.ReflectiveOperationException", "Exception"},
		{"java.lang.ClassNotFoundException", "ReflectiveOperationException"},
		{"java.lang.IllegalAccessException", "ReflectiveOperationException"},
		{"java.lang.InstantiationException", "ReflectiveOperationException"},
		{"java.lang.NoSuchFieldException", "ReflectiveOperationException"},
		{"java.lang.NoSuchMethodException", "ReflectiveOperationException"},
		{"java.time.DateTimeException", "RuntimeException"},
		{"java.time.zone.ZoneRulesException", "java.time.DateTimeException"},
		{"java.time.format.DateTimeParseException", "java.time.DateTimeException"},
		{"java.time.temporal.UnsupportedTemporalTypeException", "java.time.DateTimeException"},
	} {
		k := l.class(e.name, e.super)
		k.hidden = strings.HasSuffix(k.simple, "Error") || k.simple == "PatternSyntaxException" || k.simple == "WrongMethodTypeException"
		if noText[k.simple] || k.hidden {
			continue
		}
		k.method(l, "new(String)", func(c *Context, _ value, a []value) value {
			x := &exception{cls: k, at: -1}
			if !a[0].isNull() {
				x.message, x.hasText = string(textOf(c, a[0])), true
			}
			return object(x)
		})
		if !strings.HasPrefix(k.name, "java.time.") && k.simple != "UnknownFormatConversionException" && k.simple != "MissingFormatArgumentException" {
			k.method(l, "new()", func(*Context, value, []value) value { return object(&exception{cls: k, at: -1}) })
		}
	}
	for _, name := range []string{"EmptyStackException", "FormatterClosedException"} {
		k := l.types[name]
		k.ctors = map[int]*method{}
		k.method(l, "new()", func(*Context, value, []value) value { return object(&exception{cls: k, at: -1}) })
	}
}

// noText are the exceptions that scripts cannot make.
var noText = map[string]bool{"IllegalFormatException": true, "IllegalFormatConversionException": true, "DateTimeParseException": true}

func (e *exception) appendText(_ *Context, dst []byte) []byte {
	dst = append(dst, e.cls.name...)
	if e.hasText {
		dst = append(append(dst, ": "...), e.message...)
	}
	return dst
}
