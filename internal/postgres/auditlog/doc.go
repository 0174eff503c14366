// Package auditlog keeps the audit log in PostgreSQL: it inserts entries in the transaction of the act, numbers and
// chains them afterwards, signs checkpoints, hands leaves to the witness, is the witness at the centre, and verifies.
//
// It must never number a row before its transaction has committed, never sign a tree that does not continue the last
// signed one, and never change or remove what it wrote.
package auditlog
