package counter

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// Link is what a station knows of its line to the centre.
type Link interface {
	// Online reports whether the centre answered lately.
	Online() bool
	// Backlog is how many events the centre has not confirmed yet.
	Backlog(ctx context.Context) (int64, error)
}

// StatusBar is the state of the link and the age of the alert list, which stand in the header of every page of a station.
type StatusBar struct {
	Link       Link
	Lists      listcheck.Holder
	Amber, Red time.Duration // ages of lists whose policy does not say, and of trust material
	// Trust is which trust material the station holds and since when it is known to be the newest; version 0 when there is none. May be nil.
	Trust func() (version int64, currentAt time.Time)
	// Outside are the outside services that the checks ask; none when nil.
	Outside func() []counterview.Outside
	// Training is true of the crossing point of the country that does not exist.
	Training bool
	// Reader is how the fingerprint reader of a lane stands, "" for who works in none; none when nil.
	Reader func(lane string) *counterview.ReaderStanding
}

// Badge is the bar as it stands now. A backlog that cannot be counted is not shown as none: the link is shown as away.
func (b StatusBar) Badge(c *web.Context) (templ.Component, error) {
	s, err := b.status(c)
	if err != nil {
		return nil, err
	}
	return counterview.Header(s), nil
}

func (b StatusBar) status(c *web.Context) (counterview.Status, error) {
	s := counterview.Status{Online: b.Link.Online(), Now: c.Now(), Amber: b.Amber, Training: b.Training, Lists: b.lists(c.Now())}
	backlog, err := b.Link.Backlog(c.Ctx())
	if err != nil {
		s.Online = false
	}
	s.Backlog = backlog
	if b.Outside != nil {
		s.Outside = b.Outside()
	}
	if b.Reader != nil {
		s.Reader = b.Reader(c.Session().Lane)
	}
	if b.Trust != nil {
		s.ShowTrust = true
		s.TrustVersion, s.TrustCurrentAt = b.Trust()
	}
	return s, nil
}

// lists are the lists as they stand.
func (b StatusBar) lists(now time.Time) counterview.Lists {
	book := b.Lists.Book()
	if book == nil {
		return counterview.Lists{}
	}
	ages := listcheck.Ages{Amber: b.Amber, Red: b.Red}
	shown := counterview.Lists{Version: book.Version, CurrentAt: book.CurrentAt, Worst: book.Worst(ages, now)}
	for _, l := range book.Lists {
		shown.All = append(shown.All, counterview.ListHeld{List: l, State: book.State(l, ages, now)})
	}
	return shown
}

// ShowLists is the lists one by one, for the panel that the header opens.
func (b StatusBar) ShowLists(c *web.Context) error {
	return c.Render(http.StatusOK, counterview.ListsHeld(b.lists(c.Now()), c.Now()))
}

// Show is the bar alone, which asks for itself anew.
func (b StatusBar) Show(c *web.Context) error {
	s, err := b.status(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, counterview.StatusBadge(s))
}
