package listdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/auth"
)

// Published is one version of a list: how it came to be.
type Published struct {
	Version  int64
	Proposal uuid.UUID
	Act      Act
	File     string
	Entries  int
	Counts   Counts
	At       time.Time
	Proposed Who
	Approved Who
	Remark   string
	Info     alerts.ListInfo
}

// Versions are those of a list, newest first, before a version (0 for the newest). They name nobody who is listed.
func (l *Lists) Versions(ctx context.Context, by Person, of string, before int64) (all []Published, more bool, err error) {
	if err := by.must(auth.AlertView); err != nil {
		return nil, false, err
	}
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		if _, err := list(ctx, tx, of); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select v.version, v.proposal, p.act, p.file, v.entries, p.counts, v.at, p.proposed_login, coalesce(p.decided_login, ''),
				p.remark, v.info
			from list_version v join list_proposal p on p.id = v.proposal
			where v.list = $1 and ($2 = 0 or v.version < $2) order by v.version desc limit $3`, of, before, PageSize+1)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, scanPublished)
		return err
	})
	if more = len(all) > PageSize; more {
		all = all[:PageSize]
	}
	return all, more, wrapped(err, "versions of a list")
}

func scanPublished(row pgx.CollectableRow) (v Published, err error) {
	var counts, info []byte
	err = row.Scan(&v.Version, &v.Proposal, &v.Act, &v.File, &v.Entries, &counts, &v.At, &v.Proposed.Login, &v.Approved.Login, &v.Remark, &info)
	if err != nil {
		return v, err
	}
	v.At = v.At.UTC()
	if err := json.Unmarshal(counts, &v.Counts); err != nil {
		return v, err
	}
	return v, json.Unmarshal(info, &v.Info)
}
