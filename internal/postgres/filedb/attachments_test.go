package filedb_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/migrations"
)

func envelope(subject uuid.UUID) border.Record {
	return border.Record{
		ID: uuid.New(), Subject: subject, Station: "test-air", Officer: "sam", Zone: "UTC", EventTime: bordertest.Noon,
		RecordedAt: bordertest.Noon, Origin: border.Live, Status: border.Confirmed,
	}
}

func TestEvidenceIsKeptEncryptedAndBound(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	store, err := filedb.NewAttachments(db, bytes.Repeat([]byte{9}, 32), rand.Reader)
	require.NoError(t, err)
	_, err = filedb.NewAttachments(db, []byte("short"), rand.Reader)
	require.ErrorContains(t, err, "expected 32 bytes")

	subject := uuid.New()
	upload := file.Upload{Name: `C:\scans\stamp.pdf`, Content: []byte("%PDF-1.7 a stamp of an entry"), Note: "page 7"}
	r := envelope(subject)
	entry := bordertest.Entry(audit.Collection, "evidence", r.ID)
	require.NoError(t, db.InTx(t.Context(), func(tx pgx.Tx) error {
		r, err = store.Put(t.Context(), tx, r, upload, entry)
		return err
	}))
	var body file.Evidence
	require.NoError(t, json.Unmarshal(r.Body, &body))
	require.Equal(t, "stamp.pdf", body.Name)
	require.Equal(t, "application/pdf", body.Type)
	require.Len(t, body.SHA256, 64)

	var raw []byte
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT sealed FROM attachment`).Scan(&raw))
	require.NotContains(t, string(raw), "a stamp", "the bytes are not readable in the database")

	look := bordertest.Entry(audit.Consultation, "evidence", r.ID)
	e, content, err := store.Open(t.Context(), subject, r.ID, look)
	require.NoError(t, err)
	require.Equal(t, upload.Content, content)
	require.Equal(t, body, e)
	_, _, err = store.Open(t.Context(), uuid.New(), r.ID, look)
	require.ErrorIs(t, err, file.ErrNoEvidence, "of another subject")

	list, err := store.Of(t.Context(), db.Pool, subject, uuid.New())
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.True(t, list[0].Here)
	require.Equal(t, "sam", list[0].Officer)

	_, err = pgtest.Admin(t, db).Pool.Exec(t.Context(), `UPDATE attachment SET subject = $1`, uuid.Max)
	require.NoError(t, err)
	_, _, err = store.Open(t.Context(), uuid.Max, r.ID, look)
	require.ErrorContains(t, err, "cannot be decrypted", "moved to another subject")
	var audited int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit`).Scan(&audited))
	require.Equal(t, 2, audited, "the deposit and the one look that succeeded")
}

func TestEvidenceIsRefusedWithItsField(t *testing.T) {
	for name, c := range map[string]struct {
		upload file.Upload
		code   string
	}{
		"empty":       {file.Upload{Name: "a.pdf"}, "evidence.empty"},
		"a program":   {file.Upload{Name: "a.pdf", Content: []byte("MZ\x90\x00")}, "evidence.type"},
		"too large":   {file.Upload{Name: "a.pdf", Content: append([]byte("%PDF-"), make([]byte, file.MaxEvidence)...)}, "evidence.too_large"},
		"no name":     {file.Upload{Name: "..\\\x07", Content: []byte("%PDF-")}, "evidence.name"},
		"a long note": {file.Upload{Name: "a.pdf", Content: []byte("%PDF-"), Note: string(make([]byte, 501))}, "evidence.note_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.upload.Evidence()
			require.ErrorContains(t, err, c.code)
		})
	}
}
