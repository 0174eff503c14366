package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// Bounds of an attachment.
const (
	MaxEvidence     = 10 << 20 // bytes of content
	maxEvidenceName = 120
	maxEvidenceNote = 500
)

// Upload is a document that somebody hands in as evidence.
type Upload struct {
	Name    string // as the person's machine calls it
	Content []byte
	Note    string
}

// ErrNoEvidence says that there is no such attachment for this subject.
var ErrNoEvidence = problem.New(problem.NotFound, "evidence.none")

// EvidenceTypes are the media types that are kept: a PDF or a picture.
func EvidenceTypes() []string { return []string{"application/pdf", "image/jpeg", "image/png"} }

// Evidence is what the record says of the upload. The type is told by the content, never by the name; the error says which field is
// wrong and never repeats it.
func (u Upload) Evidence() (Evidence, error) {
	kind := sniff(u.Content)
	name := cleanName(u.Name)
	switch {
	case len(u.Content) == 0:
		return Evidence{}, problem.New(problem.Invalid, "evidence.empty").At("evidence_file")
	case len(u.Content) > MaxEvidence:
		return Evidence{}, problem.New(problem.Invalid, "evidence.too_large").At("evidence_file").With("max", MaxEvidence>>20)
	case kind == "":
		return Evidence{}, problem.New(problem.Invalid, "evidence.type").At("evidence_file")
	case name == "":
		return Evidence{}, problem.New(problem.Invalid, "evidence.name").At("evidence_file")
	case len(u.Note) > maxEvidenceNote:
		return Evidence{}, problem.New(problem.Invalid, "evidence.note_too_long").At("evidence_note").With("max", maxEvidenceNote)
	}
	sum := sha256.Sum256(u.Content)
	return Evidence{Name: name, Type: kind, Size: len(u.Content), SHA256: hex.EncodeToString(sum[:]), Note: u.Note}, nil
}

// sniff tells a kept type by its first bytes (ISO 32000-1 7.5.2, ISO/IEC 10918-1 B.1.1.3, ISO/IEC 15948 5.2); empty for another.
func sniff(content []byte) string {
	for kind, magic := range map[string]string{"application/pdf": "%PDF-", "image/jpeg": "\xff\xd8\xff", "image/png": "\x89PNG\r\n\x1a\n"} {
		if bytes.HasPrefix(content, []byte(magic)) {
			return kind
		}
	}
	return ""
}

// cleanName keeps the last part of a path, without control characters, cut to a length that can be shown.
func cleanName(name string) string {
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>:|?*`, r) {
			return -1
		}
		return r
	}, name)
	for len(name) > maxEvidenceName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return strings.TrimSpace(name)
}

// Attached is an attachment as pages list it.
type Attached struct {
	ID       uuid.UUID // of the EvidenceAttached record
	Subject  uuid.UUID
	At       time.Time
	Officer  string
	Evidence Evidence
	// Here says whether the bytes are kept at this station.
	Here bool
}
