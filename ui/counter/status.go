package counter

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/alerts"
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
	List       alerts.Holder
	Amber, Red time.Duration // ages of the list
	// Trust is which trust material the station holds and since when it is known to be the newest; version 0 when there is none. May be nil.
	Trust func() (version int64, currentAt time.Time)
	// Training is true of the crossing point of the country that does not exist.
	Training bool
}

// Badge is the bar as it stands now. A backlog that cannot be counted is not shown as none: the link is shown as away.
func (b StatusBar) Badge(c *web.Context) (templ.Component, error) {
	held := b.List.Held()
	s := counterview.Status{Online: b.Link.Online(), Now: c.Now(), ListCurrentAt: held.CurrentAt, Amber: b.Amber, Red: b.Red, Training: b.Training}
	backlog, err := b.Link.Backlog(c.Ctx())
	if err != nil {
		s.Online = false
	}
	s.Backlog = backlog
	if held.List != nil {
		s.ListVersion = held.List.Version()
	}
	if b.Trust != nil {
		s.ShowTrust = true
		s.TrustVersion, s.TrustCurrentAt = b.Trust()
	}
	return counterview.StatusBadge(s), nil
}

// Show is the bar alone, which asks for itself anew.
func (b StatusBar) Show(c *web.Context) error {
	badge, err := b.Badge(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, badge)
}
