package apply

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// Added is a file that was taken, and what was seen in it.
type Added struct {
	Draft Draft
	File  evisa.File
	// Problems say why a file cannot be taken; then nothing changed.
	Problems Problems
	// Portrait is what is said of a portrait; it is kept whatever is said of it.
	Portrait *photo.Report
	// Read is what was read from the photo of a data page; nil when nothing could be read, with the reason in ReadProblem. What was read
	// fills in the pages nation, document, name and birth, which ask to be confirmed.
	Read        *passport.Page
	ReadProblem error
}

// AddFile takes a file of a kind of evisa.FileKinds. A portrait and a data page take the place of the one before.
func (s *Service) AddFile(ctx context.Context, token string, member uuid.UUID, kind string, data []byte) (a Added, err error) {
	if a.Draft, err = s.mayAdd(ctx, token, member, kind); err != nil { // before the work of looking at it
		return a, err
	}
	kept, err := s.Files.Take(ctx, kind, data)
	if err != nil {
		a.Problems, err = onField(err, FieldFile)
		return a, err
	}
	a.File = kept.File
	if err := s.look(ctx, kept, &a); err != nil {
		return a, err
	}
	a.Draft, err = s.change(ctx, token, func(h *held) error { return s.keepFile(ctx, h, member, kept, a.Read) })
	return a, err
}

// mayAdd holds a file against the limits before it is looked at.
func (s *Service) mayAdd(ctx context.Context, token string, member uuid.UUID, kind string) (Draft, error) {
	d, err := s.Open(ctx, token)
	if err != nil {
		return d, err
	}
	if d.Sent != nil {
		return d, ErrSent
	}
	m, known := d.Member(member)
	if !known {
		return d, ErrNoMember
	}
	return d, s.room(d, m, kind, 0)
}

// room is a problem when a member or a draft has all the files that it may have.
func (s *Service) room(d Draft, m Member, kind string, size int) error {
	if !single(kind) && len(m.Files) >= s.Limits.Files {
		return ErrFiles.With("most", s.Limits.Files)
	}
	sum := int64(size)
	for _, other := range d.Members {
		for _, f := range other.Files {
			sum += int64(f.Size)
		}
	}
	if sum > s.Limits.FileBytes {
		return ErrFilesLarge.With("most", int(s.Limits.FileBytes>>20))
	}
	return nil
}

// single are the kinds of which there is one.
func single(kind string) bool { return kind == evisa.FilePortrait || kind == evisa.FilePassport }

// look sees what is in a picture. What cannot be judged or read is said, and the file is kept all the same.
func (s *Service) look(ctx context.Context, kept upload.Kept, a *Added) error {
	switch kept.Kind {
	case evisa.FilePortrait:
		report, err := s.Judge.Judge(kept.Data)
		if err != nil {
			return err
		}
		a.Portrait = &report
	case evisa.FilePassport:
		page, err := s.Pages.Read(ctx, kept.Data, traveldoc.DateOf(s.Now().UTC()))
		if err != nil {
			a.ReadProblem = err
			return ctx.Err()
		}
		a.Read = &page
	}
	return nil
}

func (s *Service) keepFile(ctx context.Context, h *held, member uuid.UUID, kept upload.Kept, read *passport.Page) error {
	return h.edit(member, func(m *Member) error {
		if single(kept.Kind) {
			if err := h.drop(ctx, m, func(f evisa.File) bool { return f.Kind == kept.Kind }); err != nil {
				return err
			}
		}
		if err := s.room(h.Draft, *m, kept.Kind, kept.Size); err != nil {
			return err
		}
		sealed, err := h.key.Seal(Place(PlaceFile, kept.ID), kept.Data)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, kept.File)
		if kept.Kind == evisa.FilePassport {
			m.fill(read)
		}
		return h.tx.InsertFile(ctx, FileRow{ID: kept.ID, Draft: h.ID, Sealed: sealed, At: s.Now()})
	})
}

// drop takes files of a member away.
func (h *held) drop(ctx context.Context, m *Member, which func(evisa.File) bool) error {
	for _, f := range m.Files {
		if which(f) {
			if err := h.tx.DeleteFile(ctx, h.ID, f.ID); err != nil {
				return err
			}
		}
	}
	m.Files = slices.DeleteFunc(m.Files, which)
	return nil
}

// RemoveFile takes a file away.
func (s *Service) RemoveFile(ctx context.Context, token string, member, file uuid.UUID) (Draft, error) {
	return s.change(ctx, token, func(h *held) error {
		return h.edit(member, func(m *Member) error {
			named := func(f evisa.File) bool { return f.ID == file }
			if !slices.ContainsFunc(m.Files, named) {
				return ErrNoFile
			}
			return h.drop(ctx, m, named)
		})
	})
}

// FileBytes are a file's bytes as they are kept, to be shown to who handed it in.
func (s *Service) FileBytes(ctx context.Context, token string, file uuid.UUID) (f evisa.File, data []byte, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		h, err := s.hold(ctx, tx, token)
		if err != nil {
			return err
		}
		if h.Sent != nil {
			return ErrSent
		}
		var found bool
		if f, found = h.file(file); !found {
			return ErrNoFile
		}
		row, err := tx.File(ctx, h.ID, file)
		if errors.Is(err, ErrNone) {
			return ErrNoFile
		}
		if err != nil {
			return err
		}
		if data, err = h.key.Open(Place(PlaceFile, file), row.Sealed); err != nil {
			return err
		}
		return s.note(ctx, tx, audit.Consultation, ObjectDraft, h.ID, "")
	})
	return f, data, err
}

// file is a file of any member.
func (d Draft) file(id uuid.UUID) (evisa.File, bool) {
	for _, m := range d.Members {
		for _, f := range m.Files {
			if f.ID == id {
				return f, true
			}
		}
	}
	return evisa.File{}, false
}

// JudgePortrait judges a picture that is not kept: feedback while somebody chooses. The picture is taken as a file would be, and thrown away.
func (s *Service) JudgePortrait(ctx context.Context, data []byte) (photo.Report, Problems, error) {
	kept, err := s.Files.Take(ctx, evisa.FilePortrait, data)
	if err != nil {
		p, err := onField(err, FieldFile)
		return photo.Report{}, p, err
	}
	report, err := s.Judge.Judge(kept.Data)
	return report, nil, err
}

// fill answers pages from what was read, for the applicant to confirm. What cannot be an answer is left for him to type; what he typed
// before on a page that he has confirmed stays.
func (m *Member) fill(read *passport.Page) {
	if read == nil {
		return
	}
	m.Read = &ReadPage{MRZ: read.Document.MRZ}
	doc, who := read.Document, read.Identity
	for page, values := range map[Page]map[string]string{
		PageNation: {FieldNationality: who.Nationality, FieldDocumentCode: doc.Code},
		PageDocument: {
			FieldNumber: doc.Number, FieldIssuer: doc.IssuingState, FieldExpires: doc.ExpiryDate.String(),
		},
		PageName:  {FieldSurname: who.Surname, FieldGivenNames: who.GivenNames},
		PageBirth: {FieldBirthDate: who.BirthDate.String(), FieldSex: who.Sex},
	} {
		if m.Answers[page] == nil || m.Filled[page] {
			m.prefill(page, values)
		}
	}
}

// prefill keeps of what was read that which can be an answer to its question.
func (m *Member) prefill(page Page, values map[string]string) {
	kept := map[string]string{}
	for _, f := range questions(page) {
		if v, _, p := value(Form{f.Name: {values[f.Name]}}, f); p == nil && v != "" {
			kept[f.Name] = v
		}
	}
	if len(kept) == 0 {
		return
	}
	if m.Filled == nil {
		m.Filled = map[Page]bool{}
	}
	m.Answers[page], m.Filled[page] = kept, true
}
