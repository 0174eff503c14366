package riskdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

const versionFields = `v.rule, r.n, v.n, v.settings, v.condition, v.cel, v.lists, v.cost, v.digest, v.written_by, v.written_login, v.written_at, v.state,
	coalesce(v.proposed_by, ''), coalesce(v.proposed_login, ''), v.proposed_at, v.remark, coalesce(v.decided_by, ''), coalesce(v.decided_login, ''), v.decided_at, v.why,
	coalesce((SELECT times FROM risk_fault f WHERE f.rule = v.rule AND f.n = v.n), 0), (SELECT last_at FROM risk_fault f WHERE f.rule = v.rule AND f.n = v.n)`

func scanVersion(row pgx.CollectableRow) (v risk.Version, err error) {
	var code int
	var settings, where, lists, digest []byte
	var proposed, decided, fault *time.Time
	err = row.Scan(&v.Rule, &code, &v.Number, &settings, &where, &v.CEL, &lists, &v.Cost, &digest, &v.Written.ID, &v.Written.Login, &v.At, &v.State,
		&v.Proposed.ID, &v.Proposed.Login, &proposed, &v.Remark, &v.Decided.ID, &v.Decided.Login, &decided, &v.Why,
		&v.Faults, &fault)
	if err != nil {
		return v, err
	}
	v.Code, v.At, v.PropAt, v.DecAt, v.FaultAt = codeOf(code), v.At.UTC(), utc(proposed), utc(decided), utc(fault)
	copy(v.Digest[:], digest)
	return v, errors.Join(json.Unmarshal(settings, &v.Settings), json.Unmarshal(where, &v.Where), json.Unmarshal(lists, &v.Lists))
}

func codeOf(n int) string { return fmt.Sprintf("R-%d", n) }

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func versions(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]risk.Version, error) {
	rows, err := tx.Query(ctx, `SELECT `+versionFields+` FROM risk_version v JOIN risk_rule r ON r.id = v.rule WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanVersion)
}

// Write keeps a new version of a rule, of a new rule when rule is uuid.Nil. Base is the newest version that the writer saw: another one
// that was written since is a conflict.
func (s *Store) Write(ctx context.Context, actor audit.Actor, rule uuid.UUID, base int, settings risk.Settings, p *risk.Program, lists risk.Lists) (v risk.Version, err error) {
	if err := may(actor, auth.RiskManage); err != nil {
		return v, err
	}
	settings.Name, settings.Basis = strings.TrimSpace(settings.Name), strings.TrimSpace(settings.Basis)
	if err := settings.Check(); err != nil {
		return v, err
	}
	v = risk.Version{Rule: rule, Settings: settings, Where: p.Where, CEL: p.CEL, Lists: lists, Cost: p.Cost, Written: risk.ByActor(actor), At: s.clock(), State: risk.Draft}
	if v.Digest, err = v.Sum(); err != nil {
		return v, err
	}
	if rule == uuid.Nil {
		v.Rule = s.NewID()
		if _, err := s.DB.Pool.Exec(ctx, `INSERT INTO risk_rule (id, created_at) VALUES ($1, $2)`, v.Rule, v.At); err != nil {
			return v, wrap(err, "new risk rule")
		}
	}
	err = s.alone(ctx, v.Rule, func(tx pgx.Tx) error { return s.insert(ctx, tx, actor, base, &v) })
	return v, wrap(err, "write a risk rule")
}

func (s *Store) insert(ctx context.Context, tx pgx.Tx, actor audit.Actor, base int, v *risk.Version) error {
	var newest, code int
	err := tx.QueryRow(ctx, `SELECT r.n, coalesce((SELECT max(n) FROM risk_version WHERE rule = r.id), 0) FROM risk_rule r WHERE r.id = $1`, v.Rule).
		Scan(&code, &newest)
	if err != nil {
		return err
	}
	if newest != base {
		return errMoved
	}
	v.Number, v.Code = newest+1, codeOf(code)
	settings, err1 := json.Marshal(v.Settings)
	where, err2 := json.Marshal(v.Where)
	lists, err3 := json.Marshal(v.Lists)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_version (rule, n, settings, severity, condition, cel, lists, cost, digest, written_by, written_login, written_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		v.Rule, v.Number, settings, v.Severity, where, v.CEL, lists, v.Cost, v.Digest[:], v.Written.ID, v.Written.Login, v.At)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, actor, v.Rule, v.Number, "written", "")
}

// Propose asks a second person to activate a version. It was tried on past flights, or it is refused.
func (s *Store) Propose(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, remark string) error {
	if err := may(actor, auth.RiskManage); err != nil {
		return err
	}
	remark, err := words(remark, "remark")
	if err != nil {
		return err
	}
	err = s.alone(ctx, rule, func(tx pgx.Tx) error {
		if _, err := s.inState(ctx, tx, rule, n, risk.Draft, risk.Suspended, risk.Rejected); err != nil {
			return err
		}
		if _, err := tried(ctx, tx, rule, n); err != nil {
			return err
		}
		var waits bool
		err := tx.QueryRow(ctx, `SELECT exists(SELECT FROM risk_version WHERE rule = $1 AND state = 'proposed')`, rule).Scan(&waits)
		if err != nil {
			return err
		}
		if waits {
			return problem.New(problem.Conflict, "risk.other_proposed")
		}
		_, err = tx.Exec(ctx, `UPDATE risk_version SET state = 'proposed', proposed_by = $3, proposed_login = $4, proposed_at = $5, remark = $6,
			decided_by = NULL, decided_login = NULL, decided_at = NULL, why = '', dry_run = NULL WHERE rule = $1 AND n = $2`,
			rule, n, actor.ID, actor.Name, s.clock(), remark)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, rule, n, "proposed", remark)
	})
	return wrap(err, "propose a risk rule")
}

// words are what a person must say why.
func words(s, field string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len([]rune(s)) > risk.MaxRemark || strings.ContainsRune(s, 0) {
		return "", problem.New(problem.Invalid, "risk.words").At(field).With("max", risk.MaxRemark)
	}
	return s, nil
}

// tried is the newest finished dry run of exactly this version.
func tried(ctx context.Context, tx pgx.Tx, rule uuid.UUID, n int) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `SELECT d.id FROM risk_dryrun d JOIN risk_version v ON v.rule = d.rule AND v.n = d.n AND v.digest = d.digest
		WHERE d.rule = $1 AND d.n = $2 AND d.state = 'done' ORDER BY d.finished_at DESC LIMIT 1`, rule, n).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, problem.New(problem.Conflict, "risk.not_tried")
	}
	return id, err
}

func (s *Store) inState(ctx context.Context, tx pgx.Tx, rule uuid.UUID, n int, states ...risk.State) (risk.Version, error) {
	list, err := versions(ctx, tx, `v.rule = $1 AND v.n = $2`, rule, n)
	if err != nil {
		return risk.Version{}, err
	}
	if len(list) == 0 {
		return risk.Version{}, ErrNoRule
	}
	for _, state := range states {
		if list[0].State == state {
			return list[0], nil
		}
	}
	return list[0], errState
}

// Activate brings a version into force, by a second person who saw the dry run that is named. What was active is replaced. Persons who are
// already expected are held against it at once.
func (s *Store) Activate(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, saw uuid.UUID) error {
	if err := may(actor, auth.RiskApprove); err != nil {
		return err
	}
	err := s.alone(ctx, rule, func(tx pgx.Tx) error {
		v, err := s.inState(ctx, tx, rule, n, risk.Proposed)
		if err != nil {
			return err
		}
		if v.Proposed.Is(actor) || v.Written.Is(actor) {
			return ErrFourEyes
		}
		run, err := tried(ctx, tx, rule, n)
		if err != nil {
			return err
		}
		if run != saw {
			return errMoved
		}
		return s.activate(ctx, tx, actor, v, run)
	})
	if errors.Is(err, ErrFourEyes) {
		return s.denied(ctx, actor, rule, err)
	}
	if err == nil {
		s.nudge()
	}
	return wrap(err, "activate a risk rule")
}

func (s *Store) activate(ctx context.Context, tx pgx.Tx, actor audit.Actor, v risk.Version, run uuid.UUID) error {
	at := s.clock()
	b := &pgx.Batch{}
	b.Queue(`UPDATE risk_version SET state = 'replaced' WHERE rule = $1 AND state = 'active'`, v.Rule)
	b.Queue(`UPDATE risk_version SET state = 'active', decided_by = $3, decided_login = $4, decided_at = $5, dry_run = $6 WHERE rule = $1 AND n = $2`,
		v.Rule, v.Number, actor.ID, actor.Name, at, run)
	b.Queue(`INSERT INTO risk_sweep (rule, n, since) VALUES ($1, $2, $3)`, v.Rule, v.Number, at)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return s.record(ctx, tx, actor, v.Rule, v.Number, "activated", "")
}

// denied keeps in the audit log that somebody tried what he must not.
func (s *Store) denied(ctx context.Context, actor audit.Actor, rule uuid.UUID, why error) error {
	entry := actor.Entry(s.clock(), audit.Denied, "risk_rule", rule.String())
	entry.Decision = "four_eyes"
	return errors.Join(why, s.audit(ctx, entry))
}

// Reject says no to a proposed version, with a reason. Its proposer may too: that takes it back.
func (s *Store) Reject(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, why string) error {
	if may(actor, auth.RiskApprove) != nil {
		if err := may(actor, auth.RiskManage); err != nil {
			return err
		}
	}
	return s.end(ctx, actor, rule, n, risk.Proposed, risk.Rejected, why)
}

// Suspend takes an active version out of force at once. One person is enough: it harms nobody, and it comes back only by two.
func (s *Store) Suspend(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, why string) error {
	if may(actor, auth.RiskApprove) != nil {
		if err := may(actor, auth.RiskManage); err != nil {
			return err
		}
	}
	return s.end(ctx, actor, rule, n, risk.Active, risk.Suspended, why)
}

func (s *Store) end(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, from, to risk.State, why string) error {
	why, err := words(why, "why")
	if err != nil {
		return err
	}
	err = s.alone(ctx, rule, func(tx pgx.Tx) error {
		if _, err := s.inState(ctx, tx, rule, n, from); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE risk_version SET state = $3, decided_by = $4, decided_login = $5, decided_at = $6, why = $7 WHERE rule = $1 AND n = $2`,
			rule, n, to, actor.ID, actor.Name, s.clock(), why)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, rule, n, string(to), why)
	})
	if err == nil {
		s.nudge()
	}
	return wrap(err, "end a risk rule")
}
