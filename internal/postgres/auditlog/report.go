package auditlog

import (
	"fmt"

	"github.com/openbmis/openbmis/internal/audit"
)

// Fault is the kind of a Problem.
type Fault string

// What Verify finds.
const (
	Altered       Fault = "altered"        // the row is not the one that was chained, or its leaf hash is not
	Deleted       Fault = "deleted"        // the row of a leaf is gone
	MissingLeaf   Fault = "missing_leaf"   // a number is missing between leaves
	Truncated     Fault = "truncated"      // a checkpoint covers leaves that are gone
	Rewritten     Fault = "rewritten"      // rows and leaf hashes agree, but are not what was signed
	BadNode       Fault = "bad_node"       // a stored interior hash is wrong
	BadCheckpoint Fault = "bad_checkpoint" // a checkpoint is not signed as it should be
	Unqueued      Fault = "unqueued"       // a row that never got into the queue: inserted past the triggers
	BadQueue      Fault = "bad_queue"      // a queue entry without a row, or for a row that has its number
)

// Problem is the first thing wrong in a log.
type Problem struct {
	Fault   Fault
	Leaf    int64 // first leaf that is, or may be, wrong; -1 when the problem is in no leaf
	Through int64 // last leaf that may be wrong; equal to Leaf when the leaf is known exactly
	AuditID int64 // the row of Leaf, or the row without leaf; 0 when there is none
	Detail  string
}

// String names the leaf, the row and what differs.
func (p Problem) String() string {
	where := ""
	switch {
	case p.Leaf >= 0 && p.Through > p.Leaf:
		where = fmt.Sprintf("leaf %d to %d: ", p.Leaf, p.Through)
	case p.Leaf >= 0:
		where = fmt.Sprintf("leaf %d: ", p.Leaf)
	}
	if p.AuditID != 0 {
		where += fmt.Sprintf("audit row %d: ", p.AuditID)
	}
	return where + string(p.Fault) + ": " + p.Detail
}

// Report is the result of Verify.
type Report struct {
	Origin      string
	Entries     int64            // leaves verified
	Signed      int64            // of which a valid checkpoint covers
	Cosigned    int64            // of which a checkpoint that a known witness has signed covers
	Pending     int64            // rows that wait for their number
	Checkpoints int64            // checkpoints verified, external ones included
	Head        audit.Checkpoint // the tree over all leaves verified
	Problem     *Problem         // the first thing wrong; nil if all is well
	Warnings    []string         // what a person should know though nothing is proven wrong
}

func one(fault Fault, leaf, id int64, format string, args ...any) *Problem {
	return &Problem{Fault: fault, Leaf: leaf, Through: leaf, AuditID: id, Detail: fmt.Sprintf(format, args...)}
}
