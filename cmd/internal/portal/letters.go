package portal

import (
	"net/url"
	"strings"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/mail"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/ui/text"
)

// openLetters makes what sends letters. Without a mail server and a folder they wait, which is said.
func (a *app) openLetters() error {
	var sender mail.Sender
	var err error
	switch {
	case a.cfg.SMTP != "":
		sender, err = mail.NewSMTP(a.cfg.SMTP, a.cfg.MailFrom, nil)
	case a.cfg.MailFolder != "":
		sender, err = mail.NewFolder(a.cfg.MailFolder, a.cfg.MailFrom)
	default:
		a.tools.Log.Warn("letters to applicants wait: neither BMIS_SMTP_URL nor BMIS_MAIL_FOLDER is set")
		return nil
	}
	if err != nil {
		return err
	}
	outbox := portaldb.Outbox{DB: a.db, Own: a.own, Now: a.tools.Now, Write: a.words.write}
	a.letters = &mail.Worker{Outbox: outbox, Sender: sender, Now: a.tools.Now, Log: a.tools.Log}
	return nil
}

// words writes letters in the languages of the catalogue.
type words struct {
	texts  *text.Catalogue
	status string // where an application is followed
}

func loadWords(base string) (*words, error) {
	texts, err := text.Load()
	if err != nil {
		return nil, err
	}
	status, err := url.JoinPath(base, "status")
	return &words{texts: texts, status: status}, err
}

// write writes a letter. The subject names nobody and no application.
func (w *words) write(l apply.Letter) (subject, body string) {
	p := w.texts.Printer(text.Match(l.Language))
	references := make([]string, 0, len(l.All)+1)
	for _, r := range l.All {
		references = append(references, r.String())
	}
	if len(references) == 0 && l.Reference != "" {
		references = append(references, l.Reference.String())
	}
	list := strings.Join(references, "\n")
	switch l.Kind {
	case apply.LetterResume:
		subject, body = p.T(text.ApplyLetterResumeSubject), p.T(text.ApplyLetterResume, "link", l.Link, "hours", l.Hours)
	case apply.LetterSent:
		subject, body = p.T(text.ApplyLetterSentSubject), p.T(text.ApplyLetterSent, "references", list, "link", w.status)
	case apply.LetterNews:
		subject, body = p.T(text.ApplyLetterNewsSubject), p.T(text.ApplyLetterNews, "references", list, "link", w.status)
	}
	return subject, plain(body)
}

// plain takes out the marks of direction that a page needs: in a letter they would end up in a link that is clicked.
func plain(body string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F {
			return -1
		}
		return r
	}, body)
}
