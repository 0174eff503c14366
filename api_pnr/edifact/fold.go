package edifact

import "strings"

// folding is how the lines of an interchange were folded: known once it is asked for.
type folding struct {
	known bool
	width int  // of the longest line that ends within a segment
	hard  bool // most such lines have that width: the text was cut there, whatever stood there
	once  bool // only one line has that width: it may as well lack its terminator
}

// Folded lines of these lengths are cut, and not wrapped between words (Type B lines hold up to 69 characters).
const narrowest, widest = 55, 80

// sample is how much of an interchange shows how its lines were folded.
const sample = 64 << 10

// measure looks at the lines of an interchange that do not end with a terminator.
func measure(body string, terminator byte) folding {
	f := folding{known: true}
	var lines, full int // that end within a segment, and those of them that are as long as the longest
	uniform, first, all := true, 0, 0
	start := 0
	for at := range len(body) {
		b := body[at]
		if (b != '\n' && b != '\r') || b == terminator {
			continue
		}
		if length := at - start; length > 0 {
			if all++; all == 1 {
				first = length
			}
			uniform = uniform && length == first
			if !endsSegment(body[start:at], terminator) {
				lines++
				if length > f.width {
					f.width, full = length, 0
				}
				if length == f.width {
					full++
				}
			}
		}
		start = at + 1
	}
	f.once = full <= 1 && (!uniform || all <= 1)
	f.hard = (f.width >= narrowest && f.width <= widest) || (full > 1 && full*2 > lines) || (uniform && all > 1)
	return f
}

// endsSegment reports whether the last character of a line that is not blank is the terminator.
func endsSegment(line string, terminator byte) bool {
	end := len(line)
	for end > 0 && line[end-1] <= ' ' && line[end-1] != terminator {
		end--
	}
	return end == 0 || line[end-1] == terminator
}

// joint is what a fold at a place of the body stands for: nothing, or one space. A line as long as the longest was cut; a shorter one
// was wrapped between words, or lost the space at its end.
func (x *Interchange) joint(at int) string {
	if !x.folding.known {
		x.folding = measure(x.body[x.Start:min(x.End, x.Start+sample)], x.Separators.Terminator)
	}
	start := at
	for start > x.Start && at-start <= x.folding.width && x.body[start-1] != '\n' && x.body[start-1] != '\r' {
		start--
	}
	if x.folding.hard && at-start >= x.folding.width {
		return ""
	}
	return " "
}

// clean resolves releases, folds and the character set of a component that starts at an index of the text.
func (m *Message) clean(raw string, at int, flags uint8) string {
	if flags&(released|folded) != 0 {
		var b strings.Builder
		b.Grow(len(raw))
		for i := 0; i < len(raw); i++ {
			switch c := raw[i]; {
			case c == m.Separators.Release && flags&released != 0:
				if i = skipFold(raw, i+1); i < len(raw) {
					b.WriteByte(raw[i])
				}
			case (c == '\n' || c == '\r') && flags&folded != 0:
				next := skipFold(raw, i)
				b.WriteString(m.joined(raw, i, next, at))
				i = next - 1
			default:
				b.WriteByte(c)
			}
		}
		raw = b.String()
	}
	if flags&foreign != 0 {
		raw = m.Interchange.charset.decode(raw)
	}
	return raw
}

// joined is what stands for the line ends between two indexes of a component.
func (m *Message) joined(raw string, from, to, at int) string {
	if from == 0 || to == len(raw) || raw[from-1] == ' ' || raw[to] == ' ' {
		return ""
	}
	return m.Interchange.joint(m.Start + at + from)
}

func skipFold(raw string, at int) int {
	for at < len(raw) && (raw[at] == '\n' || raw[at] == '\r') {
		at++
	}
	return at
}
