package mail

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"
)

// Message is one letter to one person, plain text.
type Message struct {
	ID       uuid.UUID // the same letter sent again keeps it: its Message-ID
	To       string
	Subject  string
	Text     string
	Language string // "en", "fr", "es", "ar": Content-Language
	At       time.Time
}

// Sender sends letters. ErrRefused says that the letter will never be taken: its address is none, or the server will not have it.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// ErrRefused says that trying again is of no use.
var ErrRefused = errors.New("the letter is refused")

// compose writes a letter as RFC 5322 has it, from an address. The id's domain is the sender's.
func compose(m Message, from, domain string) (*gomail.Msg, error) {
	msg := gomail.NewMsg()
	if err := msg.From(from); err != nil {
		return nil, errors.New("sender: expected an address, such as Visa Office <visa@example.org>") // the operator's; said at start too
	}
	if err := msg.To(m.To); err != nil {
		return nil, errors.Join(ErrRefused, errors.New("recipient: no address")) // not the address itself
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID.String() + "@" + domain)
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader(gomail.HeaderContentLang, m.Language)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answering machine answers
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}
