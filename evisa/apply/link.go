package apply

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
)

// mostLinks is to how many drafts of one address links are written at once.
const mostLinks = 5

var emailField = Field{Name: FieldEmail, Kind: KindEmail, Required: true, Most: 254}

// MailLink e-mails a link to the draft's address. Where page contact was not answered yet, the form's field "email" gives it.
func (s *Service) MailLink(ctx context.Context, token, source string, form Form) (Problems, error) {
	d, err := s.Open(ctx, token)
	if err != nil {
		return nil, err
	}
	to := d.answer(PageContact, FieldEmail)
	if to == "" {
		var p Problems
		if to, p = one(form, emailField); p != nil {
			return p, nil
		}
	}
	return nil, s.attempt(ctx, s.linkBrakes(source, to), func(tx Tx) (bool, error) {
		h, err := s.hold(ctx, tx, token)
		if err != nil {
			return false, err
		}
		return false, s.mailLink(ctx, tx, h.ID, to, h.Language)
	})
}

// MailLinks e-mails links to the drafts of an address (field "email") for somebody without a session. The answer is the same whether there
// are any.
func (s *Service) MailLinks(ctx context.Context, source, language string, form Form) (Problems, error) {
	to, p := one(form, emailField)
	if p != nil {
		return p, nil
	}
	return nil, s.attempt(ctx, s.linkBrakes(source, to), func(tx Tx) (bool, error) {
		mark, err := s.emailMark(ctx, tx, to)
		if err != nil {
			return false, err
		}
		drafts, err := tx.DraftsOf(ctx, mark, mostLinks)
		for _, draft := range drafts {
			err = errors.Join(err, s.mailLink(ctx, tx, draft, to, spoken(language)))
		}
		return false, err
	})
}

// linkBrakes count every letter asked for: a stranger's letter-box is not filled through us.
func (s *Service) linkBrakes(source, to string) []braked {
	from := s.bySource("link", source)
	return []braked{{kind: "link", value: "to " + strings.ToLower(to), policy: s.Limits.Links}, from}
}

func (s *Service) mailLink(ctx context.Context, tx Tx, draft uuid.UUID, to, language string) error {
	token, digest, err := s.token()
	if err != nil {
		return err
	}
	url, err := address(s.URL, ResumePath+token)
	if err != nil {
		return err
	}
	if err := tx.InsertLink(ctx, LinkRow{Digest: digest, Draft: draft, Until: s.Now().Add(s.Limits.Link)}); err != nil {
		return err
	}
	letter := Letter{To: to, Language: language, Kind: LetterResume, Link: url, Hours: int(s.Limits.Link / time.Hour)}
	return errors.Join(s.mail(ctx, tx, letter), s.note(ctx, tx, audit.Disclosure, ObjectDraft, draft, "link"))
}

func (s *Service) mail(ctx context.Context, tx Tx, letter Letter) error {
	id := s.NewID()
	sealed, err := s.own().SealJSON(Place(PlaceMail, id), letter)
	if err != nil {
		return err
	}
	sealed.At = s.Now()
	return tx.Mail(ctx, MailRow{ID: id, SealedRow: sealed})
}

// Resume takes an e-mailed link, once, and gives the browser a token. ErrLink, ErrSlowDown. It changes something: call it when the person
// asks for it by a button, for mail scanners follow links too.
func (s *Service) Resume(ctx context.Context, source, link string) (token string, d Draft, err error) {
	found := false
	err = s.attempt(ctx, []braked{s.bySource("resume", source)}, func(tx Tx) (bool, error) {
		draft, err := tx.UseLink(ctx, digestOf(link), s.Now())
		if errors.Is(err, ErrNone) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if token, err = s.let(ctx, tx, draft); err != nil {
			return false, err
		}
		h, err := s.hold(ctx, tx, token)
		if err != nil {
			return false, err
		}
		d, found = h.Draft, true
		return true, s.note(ctx, tx, audit.Consultation, ObjectDraft, draft, "link")
	})
	if err == nil && !found {
		err = ErrLink
	}
	if err != nil {
		return "", Draft{}, err
	}
	return token, d, nil
}

// one reads a form of one field.
func one(form Form, f Field) (string, Problems) {
	v, _, p := value(form, f)
	if p != nil {
		return "", Problems{p}
	}
	return v, nil
}
