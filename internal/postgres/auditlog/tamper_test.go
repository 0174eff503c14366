package auditlog_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// The log under attack has 1,200 entries in four signed steps; the attacker goes for leaf 517, in the second of them.
const victim = 517

func attacked(t *testing.T) *station {
	t.Helper()
	s := newStation(t)
	s.grow(1200, 300)
	require.Nil(t, s.verify().Problem)
	s.save()
	return s
}

func requireProblem(t *testing.T, report auditlog.Report, fault auditlog.Fault, first, last int64) *auditlog.Problem {
	t.Helper()
	require.NotNil(t, report.Problem, "nothing was found")
	require.Equal(t, fault, report.Problem.Fault, report.Problem)
	require.Equal(t, first, report.Problem.Leaf, report.Problem)
	require.Equal(t, last, report.Problem.Through, report.Problem)
	return report.Problem
}

func TestEveryColumnOfARowIsProtected(t *testing.T) {
	s := attacked(t)
	var id int64
	s.value(&id, `SELECT audit_id FROM audit_leaf WHERE leaf_no = $1`, victim)
	text := func(column string) [2]string {
		return [2]string{column, fmt.Sprintf(`overlay(%s placing 'X' from 1 for 1)`, column)}
	}
	columns := [][2]string{
		{"at", "at + interval '1 microsecond'"}, {"result_count", "result_count + 1"},
		text("actor"), text("role"), text("post"), text("lane"), text("workstation"), text("verb"), text("object_kind"),
		text("object_id"), text("purpose"), text("justification"), text("decision"),
		{"query_hmac", `set_byte(query_hmac, 0, 255)`}, {"commitment", `set_byte(commitment, 0, 255)`},
		{"at", "'infinity'"}, {"decision", "''"}, {"purpose", "purpose || ' '"}, {"commitment", `commitment || '\x00'`},
	}
	for _, column := range columns {
		t.Run(column[0]+"="+column[1], func(t *testing.T) {
			t.Cleanup(s.restore)
			s.tamper(fmt.Sprintf(`UPDATE audit SET %s = %s WHERE id = %d`, column[0], column[1], id))

			problem := requireProblem(t, s.verify(), auditlog.Altered, victim, victim)

			require.Equal(t, id, problem.AuditID)
			require.Contains(t, problem.Detail, "the row was changed")
		})
	}
}

func TestChangesOfTheStoredLogAreFound(t *testing.T) {
	s := attacked(t)
	row := func(leaf int) string {
		return fmt.Sprintf(`(SELECT audit_id FROM audit_leaf WHERE leaf_no = %d)`, leaf)
	}
	cases := []struct {
		name        string
		statements  []string
		fault       auditlog.Fault
		first, last int64
		detail      string
	}{
		{"row deleted", []string{`DELETE FROM audit WHERE id = ` + row(victim)},
			auditlog.Deleted, victim, victim, "the row is gone"},
		{"row moved to another id", []string{`ALTER TABLE audit ALTER id DROP IDENTITY IF EXISTS; UPDATE audit SET id = 99999 WHERE id = ` + row(victim)},
			auditlog.Deleted, victim, victim, "the row is gone"},
		{"column NULL", []string{`ALTER TABLE audit ALTER lane DROP NOT NULL; UPDATE audit SET lane = NULL WHERE id = ` + row(victim)},
			auditlog.Altered, victim, victim, "NULL"},
		{"row and leaf deleted", []string{`DELETE FROM audit WHERE id = ` + row(victim), `DELETE FROM audit_leaf WHERE leaf_no = 517`},
			auditlog.MissingLeaf, victim, victim, "the next one is 518"},
		{"leaf hash changed", []string{`UPDATE audit_leaf SET hash = set_byte(hash, 31, 255 - get_byte(hash, 31)) WHERE leaf_no = 517`},
			auditlog.Altered, victim, victim, "the leaf hash was changed"},
		{"two rows exchanged", []string{
			`CREATE TABLE two AS SELECT leaf_no, audit_id FROM audit_leaf WHERE leaf_no IN (517, 520)`,
			`UPDATE audit_leaf SET audit_id = -audit_id WHERE leaf_no IN (517, 520)`,
			`UPDATE audit_leaf l SET audit_id = t.audit_id FROM two t WHERE l.leaf_no IN (517, 520) AND t.leaf_no = 1037 - l.leaf_no`},
			auditlog.Altered, victim, victim, "the row was changed"},
		{"leaves put in another order", []string{
			`UPDATE audit_leaf SET leaf_no = leaf_no + 1000000 WHERE leaf_no IN (517, 520)`,
			`UPDATE audit_leaf SET leaf_no = 1037 - (leaf_no - 1000000) WHERE leaf_no > 1000000`},
			auditlog.Altered, victim, victim, "another hash"},
		{"row inserted past the triggers", []string{`INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT * FROM ` +
			`(SELECT 1000002, at, result_count, actor, role, post, lane, workstation, verb, object_kind, 'forged', ` +
			`purpose, justification, decision, query_hmac, commitment FROM audit WHERE id = ` + row(victim) + `) x`},
			auditlog.Unqueued, -1, -1, "inserted past the triggers"},
		{"row and leaf appended", []string{
			`INSERT INTO audit_leaf SELECT 1200, 1000000, hash FROM audit_leaf WHERE leaf_no = 517`,
			`INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT 1000000, at, result_count, actor, role, post, lane, workstation, verb, object_kind, object_id,
				purpose, justification, decision, query_hmac, commitment FROM audit WHERE id = ` + row(victim)},
			auditlog.Altered, 1200, 1200, "another hash"},
		{"tail cut off", []string{`DELETE FROM audit WHERE id >= ` + row(victim), `DELETE FROM audit_leaf WHERE leaf_no >= 517`,
			`DELETE FROM audit_hash WHERE idx >= 1024`},
			auditlog.Truncated, victim, 1199, "the first one missing is 517"},
		{"interior hash changed", []string{`UPDATE audit_hash SET hash = set_byte(hash, 0, 255 - get_byte(hash, 0))
			WHERE idx = (SELECT min(idx) FROM audit_hash)`},
			auditlog.BadNode, 0, 255, "another"},
		{"interior hash removed", []string{`DELETE FROM audit_hash WHERE idx = (SELECT max(idx) FROM audit_hash)`},
			auditlog.BadNode, 768, 1023, "missing"},
		{"interior hash added", []string{`INSERT INTO audit_hash SELECT 5, hash FROM audit_hash LIMIT 1`},
			auditlog.BadNode, -1, -1, "belongs to no subtree"},
		{"checkpoint root changed", []string{`UPDATE audit_checkpoint SET root = set_byte(root, 0, 255 - get_byte(root, 0)) WHERE size = 600`},
			auditlog.BadCheckpoint, -1, -1, "column root"},
		{"checkpoint moved", []string{`UPDATE audit_checkpoint SET size = 599 WHERE size = 600`},
			auditlog.BadCheckpoint, -1, -1, "column size"},
		{"checkpoint of other text", []string{`UPDATE audit_checkpoint SET note = replace(note, E'\n600\n', E'\n601\n') WHERE size = 600`},
			auditlog.BadCheckpoint, -1, -1, "invalid signature"},
		{"checkpoint without signature", []string{`UPDATE audit_checkpoint SET note = split_part(note, '—', 1) WHERE size = 600`},
			auditlog.BadCheckpoint, -1, -1, "invalid audit checkpoint"},
		{"queue entry for a chained row", []string{`INSERT INTO audit_pending VALUES (` + row(victim) + `)`},
			auditlog.BadQueue, -1, -1, "has its number"},
		{"queue entry without a row", []string{`INSERT INTO audit_pending VALUES (555555)`},
			auditlog.BadQueue, -1, -1, "does not exist"},
		{"queue emptied", []string{`INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT 1000001, at, result_count, actor, role, post, lane, workstation, verb,
				object_kind, object_id, purpose, justification, decision, query_hmac, commitment FROM audit WHERE id = ` + row(victim)},
			auditlog.Unqueued, -1, -1, "waits for none"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Cleanup(s.restore)
			s.tamper(c.statements...)
			problem := requireProblem(t, s.verify(), c.fault, c.first, c.last)
			require.Contains(t, problem.Detail, c.detail)
		})
	}
}
