package listdb

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"
)

// baseOf is the version that the proposal's effects belong to: the list's, of a single alert its own. Another alert of the list may
// change meanwhile without anybody having to look again.
func baseOf(ctx context.Context, tx pgx.Tx, p *Proposal) (base int64, err error) {
	if p.Act == ActAlert {
		err = tx.QueryRow(ctx, `select coalesce(sum(a.version), 0) from list_proposed p join alert a on a.list = $2 and a.id = p.id
			where p.proposal = $1`, p.ID, p.List).Scan(&base)
		return base, err
	}
	err = tx.QueryRow(ctx, `select version from alert_list where id = $1`, p.List).Scan(&base)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return base, err
}

// count says anew what the proposal does to the alerts as they are now.
func count(ctx context.Context, tx pgx.Tx, p *Proposal) (err error) {
	if p.Base, err = baseOf(ctx, tx, p); err != nil {
		return err
	}
	if p.Act == ActUndo {
		err = earlier(ctx, tx, p)
	} else {
		err = present(ctx, tx, p)
	}
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `select effect, count(*) from list_proposed where proposal = $1 group by effect`, p.ID)
	if err != nil {
		return err
	}
	n := map[Effect]int{}
	var effect Effect
	var one int
	if _, err := pgx.ForEachRow(rows, []any{&effect, &one}, func() error { n[effect] = one; return nil }); err != nil {
		return err
	}
	p.Counts.Added, p.Counts.Changed, p.Counts.Removed, p.Counts.Unchanged = n[Added], n[Changed], n[Removed], n[Unchanged]
	counts, err := json.Marshal(p.Counts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update list_proposal set base = $2, counts = $3 where id = $1`, p.ID, p.Base, counts)
	return err
}

// effectOf is the effect of the row p on the alert a.
const effectOf = `case
	when p.body is null then case when a.id is null or a.status = 'withdrawn' then 'unchanged' else 'removed' end
	when a.id is null or a.status = 'withdrawn' then 'added'
	when a.digest = p.digest then 'unchanged'
	else 'changed' end`

// present sets the effects of what a proposal holds. What a whole file does not hold goes.
func present(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	if p.Act == ActImport {
		if _, err := tx.Exec(ctx, `delete from list_proposed where proposal = $1 and body is null`, p.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		with now as (select p.id, `+effectOf+` as effect from list_proposed p left join alert a on a.list = $2 and a.id = p.id where p.proposal = $1)
		update list_proposed p set effect = now.effect from now where p.proposal = $1 and p.id = now.id and p.effect <> now.effect`, p.ID, p.List)
	if err != nil || !p.Whole {
		return err
	}
	_, err = tx.Exec(ctx, `insert into list_proposed (proposal, id, n, effect)
		select $1, a.id, 0, 'removed' from alert a where a.list = $2 and a.secrecy = 'open' and a.status <> 'withdrawn'
		and not exists (select from list_proposed p where p.proposal = $1 and p.id = a.id)`, p.ID, p.List)
	return err
}

// earlier fills an undo with what differs between an earlier version of the list and now. Discreet alerts are no part of any version.
func earlier(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	if _, err := tx.Exec(ctx, `delete from list_proposed where proposal = $1`, p.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		with was as (
			select distinct on (v.id) v.id, v.body, v.digest, v.version from alert_version v
			where v.list = $2 and v.list_version <= $3 order by v.id, v.version desc),
		then_there as (select * from was where coalesce(body::json->>'status', 'active') <> 'withdrawn'),
		all_of as (
			select coalesce(w.id, a.id) as id, a.id as aid, a.status, a.digest as adigest,
				regexp_replace(w.body, '"version":[0-9]+,', '"version":0,') as body, w.digest
			from then_there w full join (select * from alert where list = $2 and secrecy = 'open') a on a.id = w.id)
		insert into list_proposed (proposal, id, n, effect, body, digest)
		select $1, id, 0, case when body is null then 'removed' when aid is null or status = 'withdrawn' then 'added' else 'changed' end, body, digest
		from all_of where (body is null and status <> 'withdrawn')
			or (body is not null and (aid is null or status = 'withdrawn' or adigest is distinct from digest))`, p.ID, p.List, p.ToVersion)
	return err
}
