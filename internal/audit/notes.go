package audit

import (
	"bytes"
	"fmt"
)

// SplitNotes separates signed notes that stand one after the other, as a file of checkpoints holds them: a note ends with
// its last signature line. Blank lines between notes are allowed.
func SplitNotes(text []byte) [][]byte {
	var notes [][]byte
	var current []byte
	signed := false
	for line := range bytes.Lines(text) {
		signature := bytes.HasPrefix(line, []byte("— "))
		if signed && !signature {
			notes = append(notes, current)
			current, signed = nil, false
		}
		if len(current) == 0 && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		current = append(current, line...)
		signed = signature
	}
	if len(current) > 0 {
		notes = append(notes, current)
	}
	return notes
}

// NoteSize is the size that a signed checkpoint states; its signatures are not looked at.
func NoteSize(msg []byte) (int64, error) {
	text, _, found := bytes.Cut(msg, []byte("\n\n"))
	if !found {
		return 0, fmt.Errorf("%w: expected a signed note", ErrCheckpoint)
	}
	checkpoint, err := ParseCheckpoint(string(text) + "\n")
	return checkpoint.Size, err
}
