package apply

import (
	"time"

	"github.com/openbmis/openbmis/internal/auth"
)

// Limits bound what a stranger can make the portal do.
type Limits struct {
	Session       time.Duration // of a browser that fills in, since it was last seen
	StatusSession time.Duration // of a browser that follows an application
	Link          time.Duration // of an e-mailed link
	Files         int           // of one member
	FileBytes     int64         // of a draft, together

	// Reference and Source hold for status by reference and verification; Links for the asking of links, per address written to.
	Reference auth.Brake
	Source    auth.Brake
	Links     auth.Brake
	// Begin holds per source for drafts that are begun.
	Begin auth.Brake
}

// DefaultLimits are the limits when none are given.
func DefaultLimits() Limits {
	return Limits{
		Session: 2 * time.Hour, StatusSession: 30 * time.Minute, Link: 24 * time.Hour, Files: 20, FileBytes: 200 << 20,
		Reference: auth.AccountBrake(), Source: auth.SourceBrake(),
		Links: auth.Brake{Free: 3, Base: time.Minute, Limit: time.Hour, Forget: 24 * time.Hour},
		Begin: auth.Brake{Free: 60, Base: time.Second, Limit: 5 * time.Minute, Forget: time.Hour},
	}
}

func (l Limits) orDefault() Limits {
	if l.Session == 0 {
		return DefaultLimits()
	}
	return l
}
