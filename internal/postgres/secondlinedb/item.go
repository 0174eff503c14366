package secondlinedb

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
)

// itemRow is a row of the queue; everything but the counts is null when the page is empty.
type itemRow struct {
	ID                                                       *uuid.UUID
	Opened, Claimed                                          *time.Time
	Lane, Direction, By, Reason, Severity, Sur, Given, Owner *string
	Steps                                                    *int
}

func (r *itemRow) scan(rows pgx.Rows, c *secondline.Counts) error {
	return rows.Scan(&c.All, &c.Mine, &c.Unclaimed, &r.ID, &r.Opened, &r.Lane, &r.Direction, &r.By, &r.Reason, &r.Severity, &r.Sur, &r.Given,
		&r.Owner, &r.Claimed, &r.Steps)
}

func (r *itemRow) item() secondline.Item {
	i := secondline.Item{
		ID: *r.ID, OpenedAt: *r.Opened, Lane: *r.Lane, Direction: border.Direction(*r.Direction), By: *r.By, Reason: *r.Reason,
		Severity: border.Severity(*r.Severity), Surname: *r.Sur, GivenNames: *r.Given, Owner: *r.Owner, Steps: *r.Steps,
	}
	if r.Claimed != nil {
		i.ClaimedAt = *r.Claimed
	}
	return i
}
