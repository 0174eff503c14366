package analyst

import (
	"context"
	"net/http"
	"time"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

const (
	liveShown = 30
	// livePause is the least time between two nudges of one page: nobody reads faster, and each look with names is audited.
	livePause = time.Second
)

func (x *console) live(c *web.Context) error {
	p, err := x.latest(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.LivePage(p))
}

func (x *console) liveRows(c *web.Context) error {
	p, err := x.latest(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.LiveRows(p))
}

func (x *console) latest(c *web.Context) (p analystview.Live, err error) {
	p.Purpose = c.QueryParam("purpose")
	if p.Purpose != "" {
		if err := central.CheckPurpose(p.Purpose); err != nil {
			return p, err
		}
	}
	p.Rows, err = x.Reader.Latest(c.Ctx(), liveShown, p.Purpose, entry(c, audit.Consultation, "crossing", "latest"))
	return p, err
}

// liveStream nudges the page whenever crossings have arrived: it then asks for the newest by an ordinary GET. The first nudge
// comes at once: something may have arrived between the page and its stream, or while the stream was broken.
func (x *console) liveStream(c *web.Context) error {
	nudges, end := x.Hub.Watch()
	defer end()
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		for {
			if err := send(web.Event{Name: "crossings", Data: "new"}); err != nil {
				return err
			}
			if !rest(ctx, livePause) {
				return nil
			}
			select {
			case <-ctx.Done():
				return nil
			case _, open := <-nudges:
				if !open {
					return nil
				}
			}
		}
	})
}

// rest waits; false when ctx ended first.
func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
