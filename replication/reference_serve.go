package replication

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/openbmis/openbmis/internal/bus"
)

// CodeSnapshot answers a request for changes that cannot be given as changes: take a snapshot.
const CodeSnapshot Code = "snapshot"

const (
	referencePage   = 2000 // rows or changes read from the source at a time
	replyAllowance  = 4096 // what of the bus's largest message is left for the envelope of a reply
	itemOverhead    = 32
	minReferenceAsk = MaxRowBytes + 2*MaxKeyBytes + itemOverhead + replyAllowance
)

// referenceRequest asks for what follows Have, or for rows after a key.
type referenceRequest struct {
	Have     int64  `json:"have"`
	Want     int    `json:"want"` // largest reply in bytes the station takes
	Snapshot bool   `json:"snapshot,omitempty"`
	AfterKey string `json:"after_key,omitempty"`
}

func (r *Receiver) reference(dataset string, data []byte) any {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	reply := r.referenceReply(ctx, dataset, data)
	out, err := reply.encode()
	if err != nil {
		r.parts.Log.Error("replication: reference reply not encoded", "dataset", dataset, "error", err)
		return Reply{Code: CodeUnavailable}
	}
	return out
}

func (r *Receiver) referenceReply(ctx context.Context, dataset string, data []byte) referenceReply {
	var ask referenceRequest
	if err := json.Unmarshal(data, &ask); err != nil || CheckDataset(dataset) != nil || ask.Have < 0 {
		return referenceReply{Code: CodeMalformed}
	}
	limit := min(max(ask.Want, minReferenceAsk), int(r.conn.MaxPayload())) - replyAllowance
	serve := r.changes
	if ask.Snapshot {
		serve = r.rows
	}
	reply, err := serve(ctx, dataset, ask, limit)
	if err == nil && reply.Code == CodeNone && r.parts.Signer != nil {
		reply.At, err = reply.At.Sealed(dataset, r.parts.Now(), r.parts.Signer)
	}
	if err != nil && ctx.Err() == nil {
		r.parts.Log.Error("replication: reference data not served", "dataset", dataset, "have", ask.Have, "error", err)
	}
	if err != nil {
		return referenceReply{Code: CodeUnavailable}
	}
	return reply
}

// changes gives whole versions that fit; a version that fits no message is left to a snapshot.
func (r *Receiver) changes(ctx context.Context, dataset string, ask referenceRequest, limit int) (referenceReply, error) {
	for page := referencePage; ; page /= 8 {
		changes, reached, err := r.parts.Source.Changes(ctx, dataset, ask.Have, max(page, 1))
		if errors.Is(err, ErrTooOld) {
			return referenceReply{Code: CodeSnapshot}, nil
		}
		if err != nil {
			return referenceReply{}, err
		}
		if fittingChanges(changes, limit) == len(changes) {
			return referenceReply{At: reached, Changes: changes, More: len(changes) > 0}, nil
		}
		if page <= 1 {
			return referenceReply{Code: CodeSnapshot}, nil
		}
	}
}

func (r *Receiver) rows(ctx context.Context, dataset string, ask referenceRequest, limit int) (referenceReply, error) {
	rows, now, err := r.parts.Source.Rows(ctx, dataset, ask.AfterKey, referencePage)
	if err != nil {
		return referenceReply{}, err
	}
	puts := make([]Change, len(rows))
	for i, row := range rows {
		puts[i] = Change{Op: OpPut, Key: row.Key, Data: row.Data}
	}
	puts = puts[:fittingChanges(puts, limit)]
	return referenceReply{At: now, Changes: puts, More: len(puts) > 0}, nil
}

// fittingChanges is how many of the changes stay below limit bytes. One always does: see minReferenceAsk.
func fittingChanges(changes []Change, limit int) int {
	size := 0
	for i := range changes {
		size += len(changes[i].Key) + len(changes[i].Data) + len(changes[i].SignedBy) + itemOverhead
		if size > limit {
			return i
		}
	}
	return len(changes)
}

// Nudge tells the stations that a dataset has a new version. They ask every few seconds anyway.
func (r *Receiver) Nudge(dataset string) error {
	if err := CheckDataset(dataset); err != nil {
		return err
	}
	return r.conn.Publish(bus.NewsSubject(dataset), nil)
}
