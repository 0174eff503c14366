package replication

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
)

// leavesPerPush bounds a batch of audit leaves by number; the log bounds it by bytes.
const leavesPerPush = 1000

// Witness is the centre's side of the audit logs: it keeps a copy of every station's leaves, checks each checkpoint against
// it and co-signs. The origin of a log is its station's id. A *audit.Refusal is a log that forked or shrank: an alarm, with
// a Receipt that says so.
type Witness interface {
	Append(ctx context.Context, origin string, batch audit.Batch) (audit.Receipt, error)
}

// AuditLog is the station's side: its own log, shown to the witness.
type AuditLog interface {
	// Outgoing is what a witness that holds "from" leaves should get next; nil while nothing is signed. It may come with an
	// error that tells the station's own alarm; one that wraps audit.ErrAway is none.
	Outgoing(ctx context.Context, from int64, limit int) (*audit.Batch, error)
	StoreCosignature(ctx context.Context, cosigned []byte, origin, witness note.Verifier, at time.Time) error
}

// auditReply is a Receipt, or a reason why there is none.
type auditReply struct {
	audit.Receipt
	Code Code `json:"code,omitempty"`
}

// WitnessRelay hands a station's audit leaves to the centre and keeps the co-signed checkpoints that come back.
type WitnessRelay struct {
	config WitnessConfig
	held   int64 // leaves the centre holds; corrected by its answers
}

// WitnessConfig is what a WitnessRelay needs.
type WitnessConfig struct {
	Station string
	Log     AuditLog
	Origin  note.Verifier // the station's audit key
	Witness note.Verifier // the centre's
	Conn    *nats.Conn
	Alerts  Alerts
	Every   time.Duration // pause when there is nothing new; 0: 5 s
	Now     func() time.Time
	Logger  *slog.Logger
}

// NewWitnessRelay makes a WitnessRelay; Run lets it work.
func NewWitnessRelay(config WitnessConfig) *WitnessRelay {
	if config.Every == 0 {
		config.Every = 5 * time.Second
	}
	return &WitnessRelay{config: config}
}

// Run pushes until ctx ends, and returns ctx's error.
func (w *WitnessRelay) Run(ctx context.Context) error {
	tick := time.NewTicker(w.config.Every)
	defer tick.Stop()
	for {
		more, err := w.Push(ctx)
		if err != nil && ctx.Err() == nil {
			w.config.Logger.Debug("replication: audit leaves not witnessed", "station", w.config.Station, "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Push sends one batch, and says whether there is more to send at once. Without new leaves it is a sign of life: a log that
// falls silent is an alarm at the centre.
func (w *WitnessRelay) Push(ctx context.Context) (more bool, err error) {
	batch, err := w.config.Log.Outgoing(ctx, w.held, leavesPerPush)
	if err != nil && !errors.Is(err, audit.ErrAway) {
		w.alarm(ctx, err.Error())
	}
	if batch == nil {
		return false, err
	}
	var reply auditReply
	if err := ask(ctx, w.config.Conn, bus.AuditSubject(w.config.Station), batch, &reply, serveDeadline); err != nil {
		return false, err
	}
	if reply.Code != CodeNone {
		return false, fmt.Errorf("witness answers %q", reply.Code)
	}
	advanced := reply.Size != w.held
	w.held = reply.Size
	if reply.Refused != "" {
		w.alarm(ctx, fmt.Sprintf("the witness refuses the audit log: %s", reply.Refused))
		return false, errors.New("refused by the witness")
	}
	if len(reply.Cosigned) == 0 {
		return advanced, nil
	}
	return false, w.config.Log.StoreCosignature(ctx, reply.Cosigned, w.config.Origin, w.config.Witness, w.config.Now())
}

func (w *WitnessRelay) alarm(ctx context.Context, detail string) {
	w.config.Alerts.Raise(ctx, Alert{w.config.Station, AlertAudit, detail})
}
