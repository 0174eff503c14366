package visausedb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// ArrivalCount is how many visas were granted on arrival to the nationals of a State. Those whose admission was undone or struck out are none.
type ArrivalCount struct {
	Nationality string // as documents show it; empty where the document names none
	Granted     int
	Waived      int // of them without a fee that the rule asks
}

// ArrivalFee is what was taken for visas on arrival in one currency.
type ArrivalFee struct {
	Sum  evisa.Money
	Paid int // visas that it was taken for
}

// Arrivals are the visas that crossing points granted on arrival, as figures: they name nobody.
type Arrivals struct {
	ByNationality []ArrivalCount // the most first
	Fees          []ArrivalFee   // by currency
}

// ArrivalsOf are the visas that were granted on arrival on days of arrival, both included. The page of statistics asks it.
func ArrivalsOf(ctx context.Context, db Querier, from, until traveldoc.Date) (a Arrivals, err error) {
	rows, err := db.Query(ctx, `SELECT u.nationality, count(*), count(*) FILTER (WHERE u.fee_minor > 0 AND u.waiver <> '')
		FROM visa_arrival u WHERE u.local_date BETWEEN $1 AND $2 AND `+standing+` GROUP BY 1 ORDER BY 2 DESC, 1`, from.First(), until.Last())
	if err == nil {
		a.ByNationality, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ArrivalCount])
	}
	if err != nil {
		return Arrivals{}, fmt.Errorf("visas on arrival: %w", err)
	}
	rows, err = db.Query(ctx, `SELECT sum(u.fee_minor)::bigint, u.currency, count(*)
		FROM visa_arrival u WHERE u.local_date BETWEEN $1 AND $2 AND u.fee_minor > 0 AND u.waiver = '' AND `+standing+` GROUP BY 2 ORDER BY 2`, from.First(), until.Last())
	if err == nil {
		a.Fees, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f ArrivalFee, err error) {
			return f, row.Scan(&f.Sum.Minor, &f.Sum.Currency, &f.Paid)
		})
	}
	if err != nil {
		return Arrivals{}, fmt.Errorf("fees of visas on arrival: %w", err)
	}
	return a, nil
}
