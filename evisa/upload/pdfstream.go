package upload

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// objects finds the beginnings of objects (7.3.10), and the integers among them.
func (p *pdf) objects() error {
	p.lengths, p.objectAt = map[int]int{}, map[int]int{}
	count := 0
	for at := 0; ; {
		number, end, found := object(p.data, at)
		if !found {
			break
		}
		if at = end; count == maxObjects {
			return errPDFBomb
		}
		count++
		p.objectAt[number] = once(p.objectAt, number, end)
		value, after, ok := integer(p.data, skip(p.data[:min(len(p.data), end+64)], end))
		if !ok || skip(p.data[:min(len(p.data), after+64)], after) != bytesAt(p.data, after, "endobj") {
			continue
		}
		p.lengths[number] = once(p.lengths, number, value)
	}
	if count == 0 {
		return errPDFBroken
	}
	return nil
}

// once is a value, or ambiguous where another is known under the same number.
func once(known map[int]int, number, value int) int {
	if before, twice := known[number]; twice && before != value {
		return ambiguous
	}
	return value
}

// bytesAt is where a word stands behind white space; -1 when something else does.
func bytesAt(data []byte, at int, word string) int {
	from := skip(data[:min(len(data), at+64)], at)
	if bytes.HasPrefix(data[from:], []byte(word)) {
		return from
	}
	return -1
}

// object finds the next "12 0 obj" at or behind a place: its number, and where the word ends.
func object(data []byte, at int) (number, end int, found bool) {
	for from := at; ; {
		next := bytes.Index(data[from:], []byte("obj"))
		if next < 0 {
			return 0, 0, false
		}
		word := from + next
		from = word + 3
		_, before, ok := backwards(data, word, at)
		if !ok {
			continue
		}
		if number, _, ok = backwards(data, before, at); ok {
			return number, from, true
		}
	}
}

// backwards reads the integer that ends before a place, with white space behind it: not before a floor.
func backwards(data []byte, end, floor int) (value, begin int, ok bool) {
	at := end
	for at > floor && end-at < 16 && white(data[at-1]) {
		at--
	}
	if at == end {
		return 0, 0, false
	}
	digits := at
	for at > floor && digits-at < 10 && data[at-1] >= '0' && data[at-1] <= '9' {
		at--
	}
	value, _, ok = integer(data, at)
	return value, at, ok && at < digits
}

// integer reads up to ten digits.
func integer(data []byte, at int) (value, end int, ok bool) {
	for end = at; end < len(data) && end-at < 10 && data[end] >= '0' && data[end] <= '9'; end++ {
		value = 10*value + int(data[end]-'0')
	}
	return value, end, end > at
}

// walk goes through what lies outside of streams, and through each stream.
func (p *pdf) walk() error {
	for at := 0; ; {
		begin, body := nextStream(p.data, at)
		if begin < 0 {
			return p.search(p.data[at:], false)
		}
		outside := p.data[at:begin]
		if err := p.search(outside, false); err != nil {
			return err
		}
		s := streamOf(dictionary(outside))
		end, err := p.end(s, body)
		if err != nil {
			return err
		}
		if err := p.stream(s, p.data[body:end]); err != nil {
			return err
		}
		at = end
	}
}

// nextStream finds the word that begins a stream, and the first byte of its content (7.3.8.1). Viewers are lenient about what stands around
// the word: so is this.
func nextStream(data []byte, at int) (word, body int) {
	for from := at; ; {
		next := bytes.Index(data[from:], []byte("stream"))
		if next < 0 {
			return -1, -1
		}
		word = from + next
		from = word + len("stream")
		if word > 0 && !delimits(data[word-1]) || from < len(data) && !delimits(data[from]) {
			continue
		}
		for from < len(data) && (data[from] == ' ' || data[from] == '\t') {
			from++
		}
		switch {
		case bytes.HasPrefix(data[from:], []byte("\r\n")):
			return word, from + 2
		case from < len(data) && (data[from] == '\n' || data[from] == '\r'):
			return word, from + 1
		}
		return word, from
	}
}

// dictionary is what stands between the beginning of the last object of a part and its end.
func dictionary(outside []byte) []byte {
	if at := bytes.LastIndex(outside, []byte("obj")); at >= 0 {
		return outside[at+3:]
	}
	return outside
}

// stream is what a stream's dictionary says of it. Entries of dictionaries within it count as its own: they may make a stream look worse.
type stream struct {
	length, reference int // reference: the object that the length stands in
	known             bool
	objects           bool // it holds objects (7.5.7), or could be taken to
	filters           []string
	predictor         bool
}

func streamOf(dict []byte) (s stream) {
	var store [longestName]byte
	n, first := false, false
	for at := 0; at < len(dict); {
		slash := bytes.IndexByte(dict[at:], '/')
		if slash < 0 {
			break
		}
		text, end := name(dict, at+slash, &store)
		at = end
		switch string(text) {
		case "ObjStm":
			s.objects = true
		case "N":
			n = true
		case "First":
			first = true
		case "Predictor":
			s.predictor = true
		case "Length":
			s.measure(dict, end)
		case "FlateDecode", "Fl", "LZWDecode", "LZW", "RunLengthDecode", "RL", "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "Crypt":
			s.filters = append(s.filters, string(text))
		}
	}
	s.objects = s.objects || n && first
	return s
}

// measure reads a length: a number, or a reference to one.
func (s *stream) measure(dict []byte, at int) {
	dict = dict[:min(len(dict), at+64)] // a comment without end is skipped once, not once for each length
	value, end, ok := integer(dict, skip(dict, at))
	if !ok {
		return
	}
	s.length, s.reference, s.known = value, 0, true
	if _, after, second := integer(dict, skip(dict, end)); second {
		if mark := skip(dict, after); mark < len(dict) && dict[mark] == 'R' {
			s.reference = value
		}
	}
}

// end is where a stream ends. Its length must lead to its end: where a viewer could find another one, nothing is kept.
func (p *pdf) end(s stream, body int) (int, error) {
	length := s.length
	if s.reference > 0 {
		var found bool
		if length, found = p.lengths[s.reference]; !found {
			length = ambiguous
		}
	}
	if !s.known || length < 0 || length > len(p.data)-body {
		return 0, errPDFBroken
	}
	end := body + length
	if bytesAt(p.data, end, "endstream") < 0 {
		return 0, errPDFBroken
	}
	return end, nil
}

// stream looks at the content of one stream: as it lies there, and decompressed.
func (p *pdf) stream(s stream, content []byte) error {
	if err := p.search(content, true); err != nil {
		return err
	}
	if _, _, hidden := object(content, 0); hidden {
		return errPDFActive // an object that a viewer finds by its place, and nobody else
	}
	compressed := 0
	for _, f := range s.filters {
		if f != "ASCIIHexDecode" && f != "AHx" && f != "ASCII85Decode" && f != "A85" {
			compressed++
		}
	}
	switch {
	case compressed > 1:
		return errPDFBomb
	case s.objects && (len(s.filters) > 1 || s.predictor):
		return errPDFBroken // nothing that writes PDF does so
	case s.objects && len(s.filters) == 0:
		return p.search(content, false)
	case len(s.filters) > 0 && (s.filters[0] == "FlateDecode" || s.filters[0] == "Fl"):
		return p.inflate(content, s.objects)
	case s.objects:
		return errPDFBroken
	}
	return nil
}

// inflate decompresses a stream within the bound. What holds objects is searched; of everything else only the size matters.
func (p *pdf) inflate(content []byte, objects bool) error {
	r, err := zlib.NewReader(bytes.NewReader(content))
	if err != nil {
		if objects {
			return errPDFBroken
		}
		return nil // a picture or a font that cannot be shown
	}
	limited := &io.LimitedReader{R: r, N: int64(p.left) + 1}
	var out bytes.Buffer
	into := io.Discard
	if objects {
		into = &out
	}
	n, err := io.Copy(into, limited)
	if p.left -= int(n); p.left < 0 {
		return errPDFBomb
	}
	if !objects {
		return nil
	}
	if err != nil && !errors.Is(err, zlib.ErrChecksum) {
		return errPDFBroken
	}
	return p.search(out.Bytes(), false)
}
