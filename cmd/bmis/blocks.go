package main

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// blocks are the runs of lines between blank lines, without their last line end. There is at least one, so that an empty input is
// answered too. No more of a run is kept than shows that it is too long for a zone.
func blocks(in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		scanner := bufio.NewScanner(in)
		scanner.Split(splitLine)
		var b block
		empty := true
		for scanner.Scan() {
			if line := scanner.Bytes(); !blank(line) {
				b.add(line)
				continue
			}
			if text := b.take(); text != "" {
				empty = false
				if !yield(text, nil) {
					return
				}
			}
		}
		if err := scanner.Err(); err != nil {
			yield("", err)
		} else if text := b.take(); text != "" || empty {
			yield(text, nil)
		}
	}
}

// block gathers lines.
type block struct{ text strings.Builder }

func (b *block) add(line []byte) {
	if b.text.Len() > mrz.MaxInput {
		return
	}
	if b.text.Len() > 0 {
		b.text.WriteByte('\n')
	}
	b.text.Write(line)
}

func (b *block) take() string {
	text := b.text.String()
	b.text.Reset()
	return text
}

func blank(line []byte) bool {
	return len(bytes.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' })) == 0
}

// longestLine is where an endless line is cut: longer than any zone, so that its block is answered as too long.
const longestLine = 2 * mrz.MaxInput

// splitLine splits at \n, \r\n, \r\r\n and \r alone.
func splitLine(data []byte, atEOF bool) (advance int, token []byte, err error) {
	end := bytes.IndexAny(data, "\r\n")
	switch {
	case end < 0 && atEOF && len(data) > 0, end < 0 && len(data) >= longestLine:
		return len(data), data, nil
	case end < 0:
		return 0, nil, nil
	case data[end] == '\n':
		return end + 1, data[:end], nil
	}
	next := end
	for next < len(data) && data[next] == '\r' {
		next++
	}
	switch {
	case next == len(data) && !atEOF:
		return 0, nil, nil
	case next < len(data) && data[next] == '\n':
		return next + 1, data[:end], nil
	}
	return end + 1, data[:end], nil
}
