package chip_test

import (
	"context"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
)

// hostile is a chip that answers what it likes.
type hostile struct {
	answer          func(n int, command []byte) []byte
	commands, bytes int
}

func (h *hostile) Transmit(_ context.Context, command []byte) ([]byte, error) {
	h.commands++
	r := h.answer(h.commands, command)
	h.bytes += len(r)
	return r, nil
}

const longest = 1<<16 + 1024

func (h *hostile) bounded(t testing.TB) {
	t.Helper()
	require.LessOrEqual(t, h.commands, chip.MaxCommands)
	require.LessOrEqual(t, h.bytes, chip.MaxBytes+2*longest)
}

// A chip that dribbles a byte at a time keeps the reader busy for a while and no longer; what was read whole is kept.
func TestAChipThatDribblesIsLeft(t *testing.T) {
	// EF.COM names every data group, each file says that it is of 65535 bytes and gives one at a time.
	com := []byte{0x60, 0x0A, 0x5C, 0x08, 0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68}
	isCOM := false
	h := &hostile{}
	h.answer = func(_ int, c []byte) []byte {
		switch {
		case c[1] == 0xA4 && len(c) > 6:
			isCOM = c[5] == 0x01 && c[6] == 0x1E
			if c[6] == 0x1C { // no EF.CardAccess
				return []byte{0x6A, 0x82}
			}
			return []byte{0x90, 0x00}
		case c[1] != 0xB0 && c[1] != 0xB1:
			return []byte{0x6D, 0x00}
		case isCOM:
			at := int(c[2])<<8 | int(c[3])
			return append(append([]byte{}, com[min(at, len(com)-1):]...), 0x90, 0x00)
		case c[1] == 0xB1:
			return []byte{0x53, 0x01, 0xAA, 0x90, 0x00}
		case c[2] == 0 && c[3] == 0:
			return []byte{0x61, 0x82, 0xFF, 0x00, 0x90, 0x00}
		}
		return []byte{0xAA, 0x90, 0x00}
	}
	read, err := chip.Read(t.Context(), h, chip.Password{Zone: "L898902C<369080619406236"}, rand.Reader, chip.Options{})
	require.ErrorIs(t, err, chip.ErrTooMuch)
	require.Equal(t, com, read.Files["COM"])
	require.Equal(t, chip.MaxCommands, h.commands)
	h.bounded(t)
}

// A chip that floods is left as well.
func TestAChipThatFloodsIsLeft(t *testing.T) {
	flood := make([]byte, longest)
	flood[longest-2] = 0x90
	h := &hostile{answer: func(_ int, c []byte) []byte {
		if c[1] == 0xA4 {
			return []byte{0x90, 0x00}
		}
		return append([]byte{0x60, 0x83, 0xFF, 0xFF, 0xFF}, flood[5:]...)
	}}
	_, err := chip.Read(t.Context(), h, chip.Password{Zone: "L898902C<369080619406236"}, rand.Reader, chip.Options{})
	require.Error(t, err)
	h.bounded(t)
}

// Whatever a chip answers, reading ends: with an error or with files of bounded size.
func FuzzRead(f *testing.F) {
	f.Add([]byte{0x90, 0x00}, uint8(0))
	f.Add([]byte{0x02, 0x90, 0x00, 0x06, 0x60, 0x82, 0xFF, 0xF0, 0x90, 0x00, 0x03, 0x01, 0x90, 0x00}, uint8(1))
	f.Add([]byte{0x02, 0x6A, 0x82, 0x02, 0x90, 0x00, 0x02, 0x69, 0x82, 0x0A, 1, 2, 3, 4, 5, 6, 7, 8, 0x90, 0x00}, uint8(2))
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, script []byte, start uint8) {
		honest := w.card(t, card.Quirks{NoPACE: start&1 == 1})
		at := 0
		h := &hostile{answer: func(n int, command []byte) []byte {
			if n <= int(start) { // honest at first: later steps are reached
				return honest.Card.Transmit(command)
			}
			if len(script) == 0 {
				return nil
			}
			size := int(script[at%len(script)])
			at++
			answer := make([]byte, size)
			for i := range answer {
				answer[i] = script[(at+i)%len(script)]
			}
			at += size
			return answer
		}}
		read, err := chip.Read(t.Context(), h, w.password, rand.Reader, chip.Options{})
		h.bounded(t)
		require.True(t, read != nil || err != nil)
		if read != nil {
			for _, data := range read.Files {
				require.LessOrEqual(t, len(data), 1<<16)
			}
		}
	})
}
