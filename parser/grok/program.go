package grok

type opcode uint8

const (
	opFail opcode = iota
	opMatch
	opRelay    // nothing: what was an atomic group that has no way back
	opByte     // b
	opLit      // lit
	opSet      // one character of set
	opRun      // min..max characters of set, as many as there are, given back one by one
	opRunOnly  // the same, and nothing is ever given back: of those that are not an opSpan or opMaybe
	opSpan     // the same, of min 0 or 1 and no max
	opMaybe    // one character of set, if it is there
	opRunLazy  // min..max characters of set, as few as will do
	opDataTo   // the same of any number but newlines, up to b
	opAlt      // branches by the next byte, in order of preference
	opFork     // to, which begins with b, or other; keep: other may be right too
	opScan     // scan, or the generic code at min where it is unsure
	opScanEnds // the same where the scanner may find too much: ends knows the others
	opStart    // slot begins here
	opEnd      // slot ends here
	opAhead    // the next character is (neg: is not) in set
	opBehind   // the character before is (neg: is not) in set
	opBeginLine
	opEndLine
	opBeginText
	opEndText
	opEndTextNL
	opWordEdge
	opAtomic    // notes the height of the stack in reg
	opAtomicEnd // and cuts the stack back to it
	opLook      // notes height and position in reg
	opLookEnd   // and restores both
	opNotLook   // notes the height in reg; goes to other if the inside fails
	opNotLookEnd
	opBack     // min characters back
	opMark     // notes the position in reg, for opProgress
	opProgress // goes to other if the position is still the same
	opRestore  // puts reg back when backtracking over an opMark
	opBackref
)

// inst is one node of the compiled graph. It is small, because a match goes through many of them.
type inst struct {
	op       opcode
	b        byte
	took     uint8 // of a text, or of the one that comes next: how long, if the head is all of it, else 0
	known    uint8 // bytes behind it that are known to match: see opFork and lazyTo
	capture  bool  // what it takes is captured in slot: an operation saved for each field
	keep     bool  // of a fork: the way to other is kept
	neg      bool
	memo     bool  // the states it leads back to may be remembered as failed
	sure     bool  // nothing from here on can fail, or nothing up to where the ways back are cut
	pc       int32 // its own index
	slot     int32 // slot, register, or index into prog.groups
	min      int32 // also characters to go back, and the generic code of a scanner
	next     int32 // text and other,
	alt      int32 // before the program is linked
	to       *inst // the node to go on with: behind the text that comes next if there is one
	text     *inst // the node that comes next
	other    *inst // where else to go
	head           // of a text, or of the one that comes next
	set      *class
	branches *branchTable
	scan     scanFunc
	*ending  // of what can end in several places
}

// ending says where an operation that can end in several places may do so.
type ending struct {
	follow    *[256]bool // bytes with which the continuation can succeed
	followEnd bool       // it can at the end of the line
	second    int32      // of a run: see secondByte
	max       int32
	scanner   *scanner // which knows other ends
}

// memoRows are the rows of the memo that a node has, -1 for none.
type memoRows struct {
	back int32 // where it is gone back to
	join int32 // where there is more than one way to it, if it is a literal or a choice
}

// branchTable leads from a byte to the branches that can begin with it.
type branchTable struct {
	list   *[256]uint8 // by byte, which of the ways
	starts []int32     // by list, where in prog.flat its branches are
	atEnd  int         // list at the end of the line
	ways   []way       // by list
}

// way is the branch of a list that is tried first.
type way struct {
	to    *inst // nil if no branch can begin with the byte
	more  int32 // where in prog.flat the others are, -1 for none
	known int32 // bytes that are known to match already: the one looked at, or none
}

// scanFunc matches a whole definition at pos: the end of the match that the
// definition prefers, or noMatch, or unsure.
type scanFunc func(line []byte, pos int) int

// endsFunc returns the next shorter end of what a scanner found from start to end, noMatch if there is none.
type endsFunc func(line []byte, start, end int) int

const (
	noMatch = -1
	unsure  = -2
)

// program is one compiled pattern.
type program struct {
	insts    []inst
	flat     []int32    // lists of branches, each with -1 after it
	groups   [][]int32  // slots that an opBackref may mean
	srcs     []*node    // by inst, for Explain
	rows     []memoRows // by inst
	entry    *inst
	regs     int
	first    *[256]bool // bytes that a match can begin with; nil: any, or none at all
	anchor   anchor
	prefix   []byte // every match begins with it
	lead     head   // every match begins with it, after its anchor
	required required
	chain    []required // texts that every match contains, one behind the other
	shared   int        // of the set's texts, which every match contains; -1 for none
	wide     bool       // most bytes can begin a match: better look for what is required first
	run      *class     // every match begins with as many of it as there are, or fewer: see leadRun
	minLen   int
	slots    int     // slots, hidden ones included
	fieldOf  []int32 // by slot, -1 for hidden ones
	memoRows int
	plain    bool            // no capture is in a loop: the trail has them in order
	scans    bool            // has an opScan, and so:
	careful  func() *program // the same with generic nodes beside them, compiled when it is needed
}

type anchor uint8

const (
	anyStart  anchor = iota
	lineStart        // only at the start of a line
	textStart        // only at the start of the text
)
