package upload

import "bytes"

// verdictOf is what a name means. Names that are long enough not to stand in compressed data by chance are looked for everywhere; the others
// where objects stand.
func verdictOf(name []byte, everywhere bool) error {
	switch string(name) {
	case "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "SubmitForm", "ImportData", "Rendition", "RichMediaExecute", "GoToE":
		return errPDFActive
	case "JS", "AA", "XFA", "Movie", "Sound":
		if !everywhere {
			return errPDFActive
		}
	case "Encrypt":
		if !everywhere {
			return errPDFLocked
		}
	}
	return nil
}

// longestName bounds the names that are looked at; none that matters is longer.
const longestName = 20

// name reads the name that begins at a slash: with what #xx stands for (7.3.5), and where it ends. Nothing of one that is too long.
func name(data []byte, at int, into *[longestName]byte) (text []byte, end int) {
	n := 0
	for end = at + 1; end < len(data) && !delimits(data[end]); end++ {
		c := data[end]
		if c == '#' && end+2 < len(data) && hex(data[end+1]) >= 0 && hex(data[end+2]) >= 0 {
			c = byte(hex(data[end+1])<<4 | hex(data[end+2])) //nolint:gosec // two digits
			end += 2
		}
		if n < longestName {
			into[n] = c
		}
		n++
	}
	if n > longestName {
		return nil, end
	}
	return into[:n], end
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func white(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func delimits(c byte) bool { return white(c) || bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// skip is where the next thing that is neither white space nor a comment stands.
func skip(data []byte, at int) int {
	for ; at < len(data); at++ {
		if data[at] == '%' {
			for at < len(data) && data[at] != '\n' && data[at] != '\r' {
				at++
			}
			continue
		}
		if !white(data[at]) {
			return at
		}
	}
	return len(data)
}

// search holds every name of a part against what is not allowed, and counts pages. inStream: the part is the content of a stream.
func (p *pdf) search(part []byte, inStream bool) error {
	var store, next [longestName]byte
	for at := 0; at < len(part); {
		slash := bytes.IndexByte(part[at:], '/')
		if slash < 0 {
			return nil
		}
		text, end := name(part, at+slash, &store)
		at = end
		if err := verdictOf(text, inStream); err != nil {
			return err
		}
		if inStream {
			continue
		}
		follows := skip(part[:min(len(part), end+64)], end)
		switch string(text) {
		case "OpenAction":
			if !p.view(part, end) {
				return errPDFActive
			}
		case "Type":
			if follows < len(part) && part[follows] == '/' {
				if value, _ := name(part, follows, &next); string(value) == "Page" {
					p.pages++
				}
			}
		}
	}
	return nil
}

// view reports whether what is done when a document is opened only shows a page of it: a place (12.3.2.2) or an action that goes to one (12.6.4.2)
// with nothing after it, as it stands or by reference to an object that there is once.
func (p *pdf) view(part []byte, at int) bool {
	part = part[:min(len(part), at+512)]
	at = skip(part, at)
	if number, end, ok := integer(part, at); ok {
		_, after, ok := integer(part, skip(part, end))
		mark := skip(part, after)
		where, known := p.objectAt[number]
		if !ok || mark >= len(part) || part[mark] != 'R' || !known || where == ambiguous {
			return false
		}
		part = p.data[where:min(len(p.data), where+512)]
		at = skip(part, 0)
	}
	if at < len(part) && part[at] == '[' {
		return true
	}
	end := bytes.Index(part[at:], []byte(">>"))
	if end < 0 || !bytes.HasPrefix(part[at:], []byte("<<")) {
		return false
	}
	return goesTo(part[at+2 : at+end])
}

// goesTo reports whether an action's entries are those of one that goes to a place, and no others.
func goesTo(entries []byte) bool {
	var store [longestName]byte
	kind := false
	for at := 0; at < len(entries); {
		slash := bytes.IndexByte(entries[at:], '/')
		if slash < 0 {
			break
		}
		text, end := name(entries, at+slash, &store)
		at = end
		switch string(text) {
		case "GoTo":
			kind = true
		case "S", "D", "Type", "Action", "XYZ", "Fit", "FitH", "FitV", "FitB", "FitBH", "FitBV", "FitR":
		default:
			return false
		}
	}
	return kind && !bytes.Contains(entries, []byte("<<"))
}
