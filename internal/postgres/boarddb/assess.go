package boarddb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
)

// Assess keeps what a rule of risk holds of an expected person that nobody has looked at: an empty verdict takes it back. It keeps nobody
// from boarding. The checks are made again at once, so that the carrier and the stations are told what changes by it. It may be called
// again with the same.
func (s *Store) Assess(ctx context.Context, person uuid.UUID, verdict apipnr.DecisionVerdict, rule string) error {
	if verdict != "" && !verdict.Valid() {
		return errVerdict
	}
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
		return s.assess(ctx, tx, board.Opinion{Person: person, Verdict: verdict, Reason: rule, By: board.CheckRisk})
	})
	if err == nil {
		nudge(s.again)
	}
	return wrap(err, "keep what a rule holds of an expected person")
}

// Confirm keeps, in the transaction of who reviews hits of risk, the gravest that a person confirmed of an expected person: the severity and
// the code of its rule, and who confirmed it. An empty severity: none is confirmed any more. What follows is the policy's to say
// (board.Policy.Confirmed). Confirmed is called when the transaction is over.
func (s *Store) Confirm(ctx context.Context, tx pgx.Tx, person uuid.UUID, severity, rule, by string) error {
	o := board.Opinion{Person: person, Verdict: apipnr.DecideRefer, Reason: rule, By: by, Severity: severity}
	if severity == "" {
		o.Verdict, o.Reason = "", ""
	}
	return wrap(s.assess(ctx, tx, o), "keep what was confirmed of an expected person")
}

// Confirmed has the checks made again of those of whom something was confirmed. It never blocks.
func (s *Store) Confirmed() { nudge(s.again) }

func (s *Store) assess(ctx context.Context, tx pgx.Tx, o board.Opinion) error {
	held, err := readOpinions(ctx, tx, []uuid.UUID{o.Person})
	if err != nil {
		return err
	}
	var was board.Opinion
	for _, h := range held[o.Person] {
		if h.Source == board.Risk {
			was = h
		}
	}
	if was.Verdict == o.Verdict && (o.Verdict == "" || was.Reason == o.Reason && was.Severity == o.Severity) {
		return nil
	}
	o.Source = board.Risk
	return s.hold(ctx, tx, o)
}
