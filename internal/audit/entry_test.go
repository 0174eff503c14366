package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
)

func TestValidateNamesTheField(t *testing.T) {
	cases := []struct {
		field  string
		change func(*audit.Entry)
	}{
		{"at", func(e *audit.Entry) { e.At = time.Time{} }},
		{"at", func(e *audit.Entry) { e.At = noon.AddDate(9000, 0, 0) }},
		{"verb", func(e *audit.Entry) { e.Verb = "" }},
		{"verb", func(e *audit.Entry) { e.Verb = "look" }},
		{"actor", func(e *audit.Entry) { e.Actor = "" }},
		{"result_count", func(e *audit.Entry) { e.ResultCount = -1 }},
		{"result_count", func(e *audit.Entry) { e.ResultCount = 1 << 31 }},
		{"purpose", func(e *audit.Entry) { e.Purpose, e.Justification = "", "" }},
		{"object_id", func(e *audit.Entry) { e.ObjectID = strings.Repeat("SECRET", 100) }},
		{"justification", func(e *audit.Entry) { e.Justification = strings.Repeat("SECRET", 1000) }},
		{"lane", func(e *audit.Entry) { e.Lane = "SECRET\x00" }},
		{"lane", func(e *audit.Entry) { e.Lane = "SECRET\xff" }},
		{"query_hmac", func(e *audit.Entry) { e.QueryHMAC = make([]byte, 65) }},
		{"commitment", func(e *audit.Entry) { e.Commitment = make([]byte, 65) }},
	}
	require.NoError(t, example().Entry.Validate())
	for _, c := range cases {
		entry := example().Entry
		c.change(&entry)
		err := entry.Validate()
		require.ErrorContains(t, err, "audit entry: "+c.field+":")
		require.NotContains(t, err.Error(), "SECRET")
	}
}

func TestEveryVerbIsValidAndOnlyReadingNeedsAReason(t *testing.T) {
	needed := map[audit.Verb]bool{audit.Consultation: true, audit.Disclosure: true, audit.Combination: true}
	for _, verb := range audit.Verbs() {
		err := audit.Actor{ID: "o-7"}.Entry(noon, verb, "user", "u-1").Validate()
		require.Equal(t, needed[verb], err != nil, "%s: %v", verb, err)
	}
	require.False(t, audit.Verb("deletion").Valid())
}

func TestCommitmentsHideAndBind(t *testing.T) {
	salt := []byte("0123456789abcdef")
	commit := func(salt []byte, fields ...string) string {
		b, err := audit.Commit(salt, fields...)
		require.NoError(t, err)
		require.Len(t, b, 32)
		return string(b)
	}
	base := commit(salt, "MULLER", "ANNA")
	require.Equal(t, base, commit(salt, "MULLER", "ANNA"))
	require.NotEqual(t, base, commit(salt, "MULLERA", "NNA"), "fields must not run together")
	require.NotEqual(t, base, commit(salt, "MULLER", "ANNA", ""))
	require.NotEqual(t, base, commit([]byte("0123456789abcdeX"), "MULLER", "ANNA"))
	query, err := audit.QueryHMAC(salt, "MULLER", "ANNA")
	require.NoError(t, err)
	require.NotEqual(t, base, string(query), "the two uses must not be confused")
	_, err = audit.Commit(salt[:15], "MULLER")
	require.ErrorContains(t, err, "at least 16 bytes")
	_, err = audit.QueryHMAC(nil, "MULLER")
	require.Error(t, err)
}
