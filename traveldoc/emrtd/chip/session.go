package chip

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
)

// The ways in which a chip is opened, as reader.Chip names them.
const (
	AccessPACEZone = "pace-mrz"
	AccessPACECAN  = "pace-can"
	AccessBasic    = "bac"
	AccessPlain    = "plain"
)

// Session is a chip that was opened. It is for one user at a time.
type Session struct {
	link
	access     string
	cardAccess []byte
	size       int // of one read
}

// Access is how the chip was opened.
func (s *Session) Access() string { return s.access }

// Open opens a chip: by PACE where both sides know a way of it, else by basic access control; a chip that asks for neither is read in
// the clear. Randomness is handed in. ErrDenied says that the password is not the chip's.
func Open(ctx context.Context, t Transport, p Password, random io.Reader) (*Session, error) {
	s := &Session{link: link{transport: t}, size: firstRead}
	if err := s.selectMaster(ctx); err != nil {
		return nil, err
	}
	opened, err := s.openPACE(ctx, p, random)
	if err != nil {
		return nil, err
	}
	if err := s.selectApplication(ctx); err != nil {
		return nil, err
	}
	if opened {
		return s, nil
	}
	return s, s.openBasic(ctx, p, random)
}

// openPACE reports whether the chip was opened so; a chip that does not offer PACE has no EF.CardAccess.
func (s *Session) openPACE(ctx context.Context, p Password, random io.Reader) (bool, error) {
	data, err := s.file(ctx, fileCardAccess, &s.size)
	var status *StatusError
	if errors.As(err, &status) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.cardAccess = data
	infos, err := emrtd.ParseCardAccess(data)
	if err != nil {
		return false, nil //nolint:nilerr // basic access control may do; the file is kept and judged with the others
	}
	info, suite, curve, ok := choose(infos.PACE)
	if !ok {
		return false, nil
	}
	run := &pace{link: &s.link, info: info, suite: suite, curve: curve, random: random}
	s.access = AccessPACEZone
	password, reference := p.zoneKey(), byte(refZone)
	if p.CAN != "" {
		s.access = AccessPACECAN
		password, reference = []byte(p.CAN), refCAN
	}
	err = run.open(ctx, password, reference)
	if errors.As(err, &status) && !errors.Is(err, ErrDenied) && p.Zone != "" { // the chip does not do what it offers: the older way may do
		s.access, s.channel = "", nil
		return false, nil
	}
	return true, err
}

func (s *Session) openBasic(ctx context.Context, p Password, random io.Reader) error {
	if _, err := s.file(ctx, fileIDs()[emrtd.FileCOM], &s.size); err == nil {
		s.access = AccessPlain
		return nil
	}
	if p.Zone == "" {
		return fmt.Errorf("%w: expected the fields of the zone", ErrNoAccess)
	}
	s.access = AccessBasic
	return s.basicAccess(ctx, p, random)
}

// fileIDs are the identifiers of the application's files (Doc 9303-10, 4.6).
func fileIDs() map[string]uint16 {
	ids := map[string]uint16{emrtd.FileCOM: 0x011E, emrtd.FileSOD: 0x011D}
	for n := 1; n <= emrtd.Groups; n++ {
		ids[emrtd.FileDG(n)] = 0x0100 + uint16(n)
	}
	return ids
}

// File reads one file of the application by its short name.
func (s *Session) File(ctx context.Context, name string) ([]byte, error) {
	if name == emrtd.FileCardAccess && s.cardAccess != nil {
		return s.cardAccess, nil
	}
	id, known := fileIDs()[name]
	if !known {
		return nil, fmt.Errorf("file %q: expected COM, SOD or DG1 to DG16", name)
	}
	return s.file(ctx, id, &s.size)
}

// Challenge asks for active authentication: the chip signs eight bytes (Doc 9303-11, 6.1).
func (s *Session) Challenge(ctx context.Context, challenge []byte) ([]byte, error) {
	return s.ask(ctx, "active authentication", sm.Command{INS: 0x88, Data: challenge, Le: anyLe})
}
