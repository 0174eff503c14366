package paxlst

import (
	"slices"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// document is the place in the arena of the document that dates and States now belong to, and those of them that came before any.
type document struct {
	index          int
	expiry, issued pending[traveldoc.Date]
	issuer         pending[string]
}

// pending is a value that stands before the document it belongs to.
type pending[T any] struct {
	value  T
	origin apipnr.Origin
}

const (
	none = -1 // no document yet
	void = -2 // an empty DOC: what belongs to it belongs to nothing
)

// openDocument reads DOC. One without a number makes no document.
func (r *reader) openDocument() {
	kind, number, at := strings.ToUpper(r.text(0, 0)), r.text(1, 0), 0
	if number == "" && r.text(1, 1) != "" {
		number, at = r.text(1, 1), 1
		r.report(apipnr.CodeSegmentOrder, apipnr.Info, 1, 1, "the document's number stands in the component behind its own")
	}
	if number == "" {
		r.report(apipnr.CodeDocumentMissing, apipnr.Info, 1, 0, "a document without a number makes none")
		r.endDocument()
		r.doc = document{index: void}
		return
	}
	if kind == "" {
		r.report(apipnr.CodeDocumentType, apipnr.Warning, 0, 0, "the document's type is not said")
	}
	r.sameDocument()
	a := &r.arena
	r.doc.index = len(a.documents)
	item := r.doc.index - a.document
	a.documents = append(a.documents, apipnr.Document{
		Type: kind, Number: number, Source: "DOC", Issuer: r.doc.issuer.value, Expiry: r.doc.expiry.value, Issued: r.doc.issued.value,
	})
	if kind != "" {
		r.origin(apipnr.FieldDocumentType, item, 0, 0)
	}
	r.origin(apipnr.FieldDocumentNumber, item, 1, at)
	for _, o := range [...]apipnr.Origin{r.doc.issuer.origin, r.doc.expiry.origin} {
		if o.Field != 0 {
			o.Item = uint16(item) //nolint:gosec // a traveller has few documents
			a.origins = append(a.origins, o)
		}
	}
	r.doc = document{index: r.doc.index}
}

// sameDocument takes the current document off when one before it has its number and State: it is the same.
func (r *reader) sameDocument() {
	if r.doc.index < 0 {
		return
	}
	a := &r.arena
	last := a.documents[r.doc.index]
	same := func(d apipnr.Document) bool {
		return d.Number == last.Number && d.Issuer == last.Issuer && d.Type == last.Type
	}
	if slices.ContainsFunc(a.documents[a.document:r.doc.index], same) {
		a.documents = a.documents[:r.doc.index]
	}
}

// endDocument closes the documents of a traveller.
func (r *reader) endDocument() {
	r.sameDocument()
	if d := &r.doc; d.expiry.origin.Field != 0 || d.issuer.origin.Field != 0 || !d.issued.value.IsZero() {
		r.report(apipnr.CodeDocumentMissing, apipnr.Warning, 0, 0, "a date or a State of a document, but no document that it belongs to")
	}
	r.doc = document{index: none}
}

// current is the document that a value goes to; nil when it goes to the next one, or to none.
func (r *reader) current(taken func(apipnr.Document) bool) *apipnr.Document {
	if r.doc.index < 0 {
		return nil
	}
	if d := &r.arena.documents[r.doc.index]; !taken(*d) {
		return d
	}
	return nil
}

// documentDate reads the expiry (36) or the date of issue (182).
func (r *reader) documentDate(qualifier string) {
	name, field := "document_expiry", apipnr.FieldDocumentExpiry
	if qualifier == "182" {
		name, field = "document_issued", 0
	}
	d, ok := r.date(name, nearest)
	if !ok || r.doc.index == void {
		return
	}
	item := max(r.doc.index-r.arena.document, 0)
	to := r.current(func(d apipnr.Document) bool {
		return (field != 0 && !d.Expiry.IsZero()) || (field == 0 && !d.Issued.IsZero())
	})
	switch {
	case field == 0 && to != nil:
		to.Issued = d
	case field == 0:
		r.doc.issued.value = d
	case to != nil:
		to.Expiry = d
		r.origin(field, item, 0, 1)
	default:
		r.doc.expiry = pending[traveldoc.Date]{value: d, origin: r.s.Origin(field, 0, 0, 1)}
	}
}

// issuer reads the issuing State.
func (r *reader) issuer() {
	value, at := r.text(1, 0), 0
	if value == "" {
		value, at = r.text(1, 3), 3
	}
	if value == "" || r.doc.index == void {
		return
	}
	if to := r.current(func(d apipnr.Document) bool { return d.Issuer != "" }); to != nil {
		to.Issuer = value
		r.origin(apipnr.FieldDocumentIssuer, r.doc.index-r.arena.document, 1, at)
		return
	}
	r.doc.issuer = pending[string]{value: value, origin: r.s.Origin(apipnr.FieldDocumentIssuer, 0, 1, at)}
}
