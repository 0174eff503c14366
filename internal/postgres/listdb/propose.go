package listdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image/jpeg"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// MaxPicture bounds a picture, in bytes; MaxSide its sides, in pixels. It travels as a row of the dataset, in base64.
const (
	MaxPicture = 40 << 10
	MaxSide    = 2000
)

// ownID is the form of a discreet alert's id. It is always drawn, and nobody may write such a one: an id that is refused as taken would
// tell of the alert that has it.
var ownID = regexp.MustCompile(`(?i)^s-[0-9a-f]{8}-`) //nolint:gochecknoglobals // never changes

// Propose proposes an alert as it shall be: a new one, or the next version of the one with that list and id, of which a.Version has been
// read. Its id is drawn when it is empty. jpeg, which may be nil, is a picture of the person that is added. A discreet alert belongs to the
// proposer's agency, now and always. Nothing changes before Approve.
func (l *Lists) Propose(ctx context.Context, by Person, a alerts.Alert, jpeg []byte, remark string) (p Proposal, err error) {
	if err := by.must(auth.AlertManage); err != nil {
		return p, err
	}
	if remark = strings.TrimSpace(remark); !text(remark, MaxRemark) {
		return p, invalid("lists.remark", "remark").With("max", MaxRemark)
	}
	if err := checkEntered(a); err != nil {
		return p, err
	}
	p = l.newProposal(by, ActAlert, a.List, remark)
	err = l.alone(ctx, func(tx pgx.Tx) error {
		if err := l.place(ctx, tx, by, &a); err != nil {
			return err
		}
		if a.Secrecy == alerts.Discreet {
			p.Agency = by.Agency
		}
		digest, err := keepPicture(ctx, tx, p.Agency, jpeg)
		if err != nil {
			return err
		}
		if digest != "" && !slices.Contains(a.Subject.Pictures, digest) {
			a.Subject.Pictures = append(slices.Clone(a.Subject.Pictures), digest)
		}
		return l.propose(ctx, tx, by, &p, a)
	})
	return p, wrapped(err, "propose an alert")
}

// checkEntered is what a person who enters an alert must say besides CheckAlert: a name alone would meet everybody of that name.
func checkEntered(a alerts.Alert) error {
	s := a.Subject
	switch {
	case strings.TrimSpace(a.Reason) == "":
		return invalid("alert_reason", "reason").With("max", MaxWords)
	case s.Kind == alerts.Person && len(s.Names) > 0 && len(s.Births) == 0 && len(s.Documents) == 0:
		return invalid("alert_birth_date", "births")
	}
	return nil
}

// propose keeps a proposal of one alert with what it does.
func (l *Lists) propose(ctx context.Context, tx pgx.Tx, by Person, p *Proposal, a alerts.Alert) error {
	if err := insertProposal(ctx, tx, p); err != nil {
		return err
	}
	if err := put(ctx, tx, p, 1, a); err != nil {
		return err
	}
	if err := count(ctx, tx, p); err != nil {
		return err
	}
	if p.Counts.Changes() == 0 {
		return problem.New(problem.Conflict, "lists.nothing_new")
	}
	return l.noted(ctx, tx, by, p)
}

// noted writes that somebody proposed something, if he may for that list: every proposal of a person passes here.
func (l *Lists) noted(ctx context.Context, tx pgx.Tx, by Person, p *Proposal) error {
	if err := keeps(ctx, tx, by, p); err != nil {
		return err
	}
	entry := by.Entry(p.ProposedAt, audit.Collection, kindOf("list_proposal", p.Agency), p.ID.String())
	entry.Decision, entry.ResultCount, entry.Justification = "propose_"+string(p.Act), p.Counts.Changes(), p.Remark
	return auditlog.Insert(ctx, tx, entry)
}

// place says which alert is meant, and that the person may.
func (l *Lists) place(ctx context.Context, tx pgx.Tx, by Person, a *alerts.Alert) error {
	if _, err := list(ctx, tx, a.List); err != nil {
		return err
	}
	desk, discreet := by.Desk(), a.Secrecy == alerts.Discreet
	if discreet && desk == "" {
		return errNotAllowed
	}
	if discreet {
		a.Owner = desk
	}
	if a.Version == 0 {
		return l.placeNew(ctx, tx, a, discreet)
	}
	old, err := current(ctx, tx, by, a.List, a.ID)
	switch {
	case err != nil:
		return err
	case old.Version != a.Version:
		return problem.New(problem.Conflict, "lists.changed_meanwhile").With("version", old.Version)
	case (old.Secrecy == alerts.Discreet) != discreet:
		return invalid("lists.secrecy_fixed", "secrecy")
	}
	a.Version = 0
	return nil
}

func (l *Lists) placeNew(ctx context.Context, tx pgx.Tx, a *alerts.Alert, discreet bool) error {
	if discreet {
		a.ID = "s-" + l.NewID().String()
		return nil
	}
	if a.ID == "" {
		a.ID = l.NewID().String()
	}
	if ownID.MatchString(a.ID) {
		return invalid("lists.id", "id").With("max", MaxID)
	}
	var taken bool
	err := tx.QueryRow(ctx, `select exists (select from alert where list = $1 and id = $2 and secrecy = 'open' and status <> 'withdrawn')`,
		a.List, a.ID).Scan(&taken)
	if err == nil && taken {
		err = problem.New(problem.Conflict, "lists.id_taken").At("id")
	}
	return err
}

// current is an alert as it is now, if the person may know of it.
func current(ctx context.Context, tx pgx.Tx, by Person, list, id string) (a alerts.Alert, err error) {
	var body string
	err = tx.QueryRow(ctx, `select v.body from alert a join alert_version v using (list, id, version)
		where a.list = $1 and a.id = $2 and `+visible+`$3)`, list, id, by.Desk()).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, ErrUnknownAlert
	}
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(body), &a)
}

// visible bounds what is read of alert a by the desk whose number in the statement follows it: open alerts, and the discreet ones of
// that agency.
const visible = `(a.secrecy = 'open' or a.agency <> '' and a.agency = `

// ProposeStatus proposes to suspend an alert, to make a suspended one active again, or to withdraw one, for a reason.
func (l *Lists) ProposeStatus(ctx context.Context, by Person, list, id string, status alerts.Status, why string) (p Proposal, err error) {
	if err := by.must(auth.AlertManage); err != nil {
		return p, err
	}
	if why = strings.TrimSpace(why); why == "" || !text(why, MaxRemark) {
		return p, invalid("lists.why", "why").With("max", MaxRemark)
	}
	p = l.newProposal(by, ActAlert, list, why)
	err = l.alone(ctx, func(tx pgx.Tx) error {
		a, err := current(ctx, tx, by, list, id)
		switch {
		case err != nil:
			return err
		case a.Status == alerts.Withdrawn:
			return problem.New(problem.Conflict, "lists.withdrawn")
		}
		if a.Secrecy == alerts.Discreet {
			p.Agency = by.Desk()
		}
		if status == alerts.Withdrawn {
			return l.proposeWithdrawal(ctx, tx, by, &p, id)
		}
		if status != alerts.Active && status != alerts.Suspended {
			return invalid("lists.status", "status")
		}
		a.Version, a.Status = 0, status
		return l.propose(ctx, tx, by, &p, a)
	})
	return p, wrapped(err, "propose the status of an alert")
}

func (l *Lists) proposeWithdrawal(ctx context.Context, tx pgx.Tx, by Person, p *Proposal, id string) error {
	if err := insertProposal(ctx, tx, p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into list_proposed (proposal, id, n, effect) values ($1, $2, 1, 'removed')`, p.ID, id); err != nil {
		return err
	}
	if err := count(ctx, tx, p); err != nil {
		return err
	}
	return l.noted(ctx, tx, by, p)
}

// ProposeSettings proposes a new list, or another title, owner or policy of one.
func (l *Lists) ProposeSettings(ctx context.Context, by Person, s List, remark string) (p Proposal, err error) {
	if err := by.must(auth.AlertManage); err != nil {
		return p, err
	}
	if remark = strings.TrimSpace(remark); !text(remark, MaxRemark) {
		return p, invalid("lists.remark", "remark").With("max", MaxRemark)
	}
	if err := CheckList(s); err != nil {
		return p, err
	}
	p = l.newProposal(by, ActSettings, s.ID, remark)
	p.Settings = &s
	err = l.alone(ctx, func(tx pgx.Tx) error {
		if err := insertProposal(ctx, tx, &p); err != nil {
			return err
		}
		if err := count(ctx, tx, &p); err != nil {
			return err
		}
		return l.noted(ctx, tx, by, &p)
	})
	return p, wrapped(err, "propose the settings of a list")
}

// ProposeUndo proposes the alerts of an earlier version of a list as its next version. Discreet alerts and the policy stay as they are.
func (l *Lists) ProposeUndo(ctx context.Context, by Person, of string, version int64, remark string) (p Proposal, err error) {
	if err := by.must(auth.AlertManage); err != nil {
		return p, err
	}
	if remark = strings.TrimSpace(remark); remark == "" || !text(remark, MaxRemark) {
		return p, invalid("lists.why", "why").With("max", MaxRemark)
	}
	p = l.newProposal(by, ActUndo, of, remark)
	p.ToVersion = version
	err = l.alone(ctx, func(tx pgx.Tx) error {
		now, err := list(ctx, tx, of)
		switch {
		case err != nil:
			return err
		case version < 1 || version >= now.Version:
			return invalid("lists.version", "version").With("max", now.Version-1)
		}
		if err := insertProposal(ctx, tx, &p); err != nil {
			return err
		}
		if err := count(ctx, tx, &p); err != nil {
			return err
		}
		if p.Counts.Changes() == 0 {
			return problem.New(problem.Conflict, "lists.nothing_new")
		}
		return l.noted(ctx, tx, by, &p)
	})
	return p, wrapped(err, "propose an earlier version of a list")
}

// keepPicture keeps a picture and gives its digest; that of a discreet alert for its agency alone.
func keepPicture(ctx context.Context, tx pgx.Tx, agency string, data []byte) (digest string, err error) {
	if len(data) == 0 {
		return "", nil
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || len(data) > MaxPicture || config.Width > MaxSide || config.Height > MaxSide {
		return "", invalid("lists.picture", "picture").With("max", MaxPicture>>10)
	}
	sum := sha256.Sum256(append([]byte(agency), data...))
	digest = hex.EncodeToString(sum[:])
	if agency == "" {
		sum = sha256.Sum256(data)
		digest = hex.EncodeToString(sum[:])
	}
	_, err = tx.Exec(ctx, `insert into alert_picture (digest, agency, jpeg) values ($1, $2, $3) on conflict (digest) do nothing`, digest, agency, data)
	return digest, err
}
