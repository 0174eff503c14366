package chip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Options are how a chip is read. The zero value reads everything.
type Options struct {
	// Skip are files that are not asked for, such as "DG2" in a hurry.
	Skip []string
	// Progress is told of each file before it is read, with how many there are; it may be nil.
	Progress func(name string, n, of int)
	// Retry is told of each repair of a denied zone before it is tried (ReadZone); it may be nil.
	Retry func(s mrz.Suggestion, n, of int)
}

// Read opens a chip and reads its files, with active and chip authentication where there are keys for them. A file that cannot be read is named with
// the reason and the rest is read. An error says that the chip could not be opened, or went away; what was read so far comes with it.
func Read(ctx context.Context, t Transport, p Password, random io.Reader, o Options) (*reader.Chip, error) {
	s, err := Open(ctx, t, p, random)
	if err != nil {
		return nil, err
	}
	read := &reader.Chip{Access: s.access, Files: map[string][]byte{}, Unread: map[string]string{}}
	if s.cardAccess != nil {
		read.Files[emrtd.FileCardAccess] = s.cardAccess
	}
	for _, name := range []string{emrtd.FileCOM, emrtd.FileSOD} {
		if err := s.into(ctx, read, name); err != nil {
			return read, err
		}
	}
	names := slices.DeleteFunc(groups(read), func(name string) bool { return slices.Contains(o.Skip, name) })
	for n, name := range names {
		if o.Progress != nil {
			o.Progress(name, n+1, len(names))
		}
		if err := s.into(ctx, read, name); err != nil {
			return read, err
		}
	}
	if err := s.prove(ctx, read, random); err != nil {
		return read, err
	}
	return read, s.authenticate(ctx, read, random)
}

// groups are the data groups that EF.COM or the SOD name, what is needed to judge the others first.
func groups(read *reader.Chip) []string {
	found := map[int]bool{}
	if com, err := emrtd.ParseCOM(read.Files[emrtd.FileCOM]); err == nil {
		for _, n := range com.Groups {
			found[n] = true
		}
	}
	if sod, err := emrtd.ParseSOD(read.Files[emrtd.FileSOD]); err == nil {
		for _, n := range sod.Groups() {
			found[n] = true
		}
	}
	names := make([]string, 0, len(found))
	for _, n := range []int{1, 14, 15, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 3, 4} {
		if found[n] {
			names = append(names, emrtd.FileDG(n))
		}
	}
	return names
}

// into reads a file. What the chip refuses is noted; only a session that is over is an error.
func (s *Session) into(ctx context.Context, read *reader.Chip, name string) error {
	data, err := s.File(ctx, name)
	var status *StatusError
	switch {
	case err == nil:
		read.Files[name] = data
	case errors.As(err, &status):
		read.Unread[name] = fmt.Sprintf("status %04X", status.SW)
	case ctx.Err() != nil || errors.Is(err, sm.ErrChannel) || errors.Is(err, ErrGone) || errors.Is(err, ErrTooMuch):
		return err
	default:
		read.Unread[name] = err.Error()
	}
	return nil
}

// prove asks the chip to sign a challenge when it has the key of active authentication. A chip that refuses has not been proved; the
// steps of passive authentication say so.
func (s *Session) prove(ctx context.Context, read *reader.Chip, random io.Reader) error {
	if read.Files[emrtd.FileDG(15)] == nil {
		return nil
	}
	challenge := make([]byte, emrtd.ChallengeSize)
	if _, err := io.ReadFull(random, challenge); err != nil {
		return fmt.Errorf("active authentication: randomness: %w", err)
	}
	response, err := s.Challenge(ctx, challenge)
	var status *StatusError
	if errors.As(err, &status) {
		return nil
	}
	if err != nil {
		return err
	}
	read.Active = &reader.ActiveAuthentication{Challenge: challenge, Response: response}
	return nil
}
