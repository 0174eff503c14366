package apply

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// Languages are those that the portal speaks.
func Languages() []string { return []string{"en", "fr", "es", "ar"} }

func spoken(language string) string {
	if slices.Contains(Languages(), language) {
		return language
	}
	return Languages()[0]
}

// Begin starts a draft of one person in a language ("en", "fr", "es", "ar"). The token names it to the same browser from now on. source is
// the network address that asks.
func (s *Service) Begin(ctx context.Context, source, language string) (token string, d Draft, err error) {
	from := s.bySource("begin", source)
	from.policy = s.Limits.Begin
	err = s.attempt(ctx, []braked{from}, func(tx Tx) (bool, error) {
		d = s.blank(language)
		key, err := vault.NewDataKey(d.ID, s.Random)
		if err != nil {
			return false, err
		}
		row := DraftRow{ID: d.ID, Version: d.Version, StartedAt: d.StartedAt}
		if err := s.seal(d, key, &row); err != nil {
			return false, err
		}
		if err := tx.InsertDraft(ctx, row); err != nil {
			return false, err
		}
		if token, err = s.let(ctx, tx, d.ID); err != nil {
			return false, err
		}
		return false, s.note(ctx, tx, audit.Collection, ObjectDraft, d.ID, "") // each counts, or one source could fill the disk
	})
	if err != nil {
		return "", Draft{}, err
	}
	return token, d, nil
}

func (s *Service) blank(language string) Draft {
	now := s.Now().UTC()
	lead := Member{ID: s.NewID(), Answers: Answers{}}
	return Draft{
		ID: s.NewID(), Version: 1, Language: spoken(language), Group: Answers{}, Members: []Member{lead}, Current: lead.ID,
		StartedAt: now, ExpiresAt: now.AddDate(0, 0, s.Policy.DraftDays),
	}
}

// let lets a browser in to a draft: it gives the token.
func (s *Service) let(ctx context.Context, tx Tx, draft uuid.UUID) (string, error) {
	token, digest, err := s.token()
	if err != nil {
		return "", err
	}
	return token, tx.InsertSession(ctx, SessionRow{Digest: digest, Draft: draft, Until: s.Now().Add(s.Limits.Session)})
}

// Open is the draft of a browser's token; ErrNoDraft when there is none (any more). A draft that was sent has Sent set and no answers.
func (s *Service) Open(ctx context.Context, token string) (d Draft, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		h, err := s.hold(ctx, tx, token)
		if err == nil {
			d = h.Draft
		}
		return err
	})
	return d, err
}

// Speak changes the language that a draft is filled in, and its letters are written, in. Of one that was sent nothing changes.
func (s *Service) Speak(ctx context.Context, token, language string) error {
	_, err := s.change(ctx, token, func(h *held) error {
		if h.Language == spoken(language) {
			return errUnchanged
		}
		h.Language = spoken(language)
		return nil
	})
	if errors.Is(err, errUnchanged) || errors.Is(err, ErrSent) {
		return nil
	}
	return err
}

// errUnchanged ends a transaction in which nothing is to be kept.
var errUnchanged = errors.New("nothing changed")

// Save keeps the answers of one page, or says of each field what is wrong with it. A page that asks for files has no answers: ErrNoPage.
func (s *Service) Save(ctx context.Context, token string, at Where, form Form) (saved Saved, err error) {
	var seen Draft
	d, err := s.change(ctx, token, func(h *held) error {
		if !h.asked(at) || fileOnly(at.Page) {
			return ErrNoPage
		}
		seen = h.Draft
		kept, shown, problems := s.around(h.Draft, at.Member).read(at.Page, form)
		saved.Form, saved.Problems = shown, problems
		if len(problems) > 0 {
			return errUnchanged
		}
		return s.put(ctx, h, at, kept)
	})
	if errors.Is(err, errUnchanged) {
		saved.Draft = seen
		return saved, nil
	}
	saved.Draft = d
	return saved, err
}

// put sets a page's answers.
func (s *Service) put(ctx context.Context, h *held, at Where, kept map[string]string) (err error) {
	if at.Member == uuid.Nil {
		h.Group[at.Page] = kept
		if at.Page == PageContact {
			h.row.EmailMark, err = s.emailMark(ctx, h.tx, kept[FieldEmail])
		}
		return err
	}
	return h.edit(at.Member, func(m *Member) error {
		m.Answers[at.Page] = kept
		delete(m.Filled, at.Page)
		return nil
	})
}

// emailMark finds the drafts of an address again.
func (s *Service) emailMark(ctx context.Context, tx Tx, address string) ([]byte, error) {
	marks, err := s.marks(ctx, tx)
	if err != nil {
		return nil, err
	}
	return marks.of(markEmail, strings.ToLower(address))
}

// AddMember adds a person to the group and switches to him.
func (s *Service) AddMember(ctx context.Context, token string) (Draft, error) {
	return s.change(ctx, token, func(h *held) error {
		if len(h.Members) >= s.Policy.GroupMost {
			return ErrFull.With("most", s.Policy.GroupMost)
		}
		m := Member{ID: s.NewID(), Answers: Answers{}}
		h.Members, h.Current = append(h.Members, m), m.ID
		return nil
	})
}

// RemoveMember takes a person out, with his files. The lead stays.
func (s *Service) RemoveMember(ctx context.Context, token string, member uuid.UUID) (Draft, error) {
	return s.change(ctx, token, func(h *held) error {
		at := slices.IndexFunc(h.Members, func(m Member) bool { return m.ID == member })
		switch at {
		case -1:
			return ErrNoMember
		case 0:
			return ErrLead
		}
		for _, f := range h.Members[at].Files {
			if err := h.tx.DeleteFile(ctx, h.ID, f.ID); err != nil {
				return err
			}
		}
		h.Members = slices.Delete(h.Members, at, at+1)
		h.Current = h.Members[0].ID
		return nil
	})
}

// Switch makes a member the one that is asked now.
func (s *Service) Switch(ctx context.Context, token string, member uuid.UUID) (Draft, error) {
	return s.change(ctx, token, func(h *held) error {
		if _, known := h.Member(member); !known {
			return ErrNoMember
		}
		h.Current = member
		return nil
	})
}

// Leave ends a browser's session; what was kept stays.
func (s *Service) Leave(ctx context.Context, token string) error {
	return s.Store.InTx(ctx, func(tx Tx) error { return tx.DeleteSession(ctx, digestOf(token)) })
}

// Discard shreds a draft. One that was sent stays: it can be withdrawn.
func (s *Service) Discard(ctx context.Context, token string) error {
	return s.Store.InTx(ctx, func(tx Tx) error {
		h, err := s.hold(ctx, tx, token)
		if err != nil {
			return err
		}
		if h.Sent != nil {
			return ErrSent
		}
		return errors.Join(tx.DeleteDraft(ctx, h.ID), s.note(ctx, tx, audit.Erasure, ObjectDraft, h.ID, ""))
	})
}

// onField says at which field what went wrong while a file was taken.
func onField(err error, field string) (Problems, error) {
	var p *problem.Error
	if errors.As(err, &p) && p.Kind == problem.Invalid {
		return Problems{p.At(field)}, nil
	}
	return nil, err
}
