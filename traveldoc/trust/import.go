package trust

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

const maxImportBytes = 256 << 20

// Options are what Import needs to know beside the file.
type Options struct {
	// Now is the instant of the import: the date of unsigned material.
	Now time.Time
	// Origin of single certificates and CRLs; SelfAsserted when empty. What is on a list is Listed, or SelfAsserted when the state that
	// signed the list is the one that issued the certificate, or nobody signed it.
	Origin Origin
	// Anchors may verify the signer of a list or CRL; those of the list itself never vouch for it.
	Anchors []*pki.Certificate
	// Lists are revocation lists by which signers of lists are judged; one counts when an anchor verifies it.
	Lists []*pki.CRL
	// MaxBytes bounds the file; 256 MB when 0.
	MaxBytes int
	// KeepFailed gives the items of a file whose signature is wrong too; their sources say so (Verified is Fail). Nobody may use them
	// before a person has said that this is wanted.
	KeepFailed bool
}

// Imported is what a file gave. Items are empty when the file's signature is wrong, unless Options.KeepFailed.
type Imported struct {
	Report Report
	Items  []Item
}

// Import reads a file of any kind, recognised from its content: a certificate or CRL (DER, PEM), a CSCA master list (with its CMS or
// without), an LDIF file of the PKD, a list of deviations. It never fails as a whole: what could not be used is in Report.Refused, by
// place and reason. It never opens anything that the file refers to.
func Import(name string, data []byte, o Options) Imported {
	limit := o.MaxBytes
	if limit == 0 {
		limit = maxImportBytes
	}
	i := newImporter(name, o)
	if len(data) > limit {
		i.unreadable(fmt.Sprintf("%d bytes: at most %d", len(data), limit))
		return i.done()
	}
	i.file(data)
	return i.done()
}

// importer collects what one file gives.
type importer struct {
	name    string
	options Options
	anchors *Store
	// revocations holds the anchors and the revocation lists.
	revocations *Store
	report      Report
	items       []Item
}

func newImporter(name string, o Options) *importer {
	if o.Origin == "" {
		o.Origin = SelfAsserted
	}
	i := &importer{name: name, options: o, anchors: anchorStore(o.Anchors), revocations: anchorStore(o.Anchors)}
	for _, list := range o.Lists {
		i.revocations.addList(list, nil)
	}
	i.report = Report{File: name, Kind: FileUnknown, Refused: []pki.Refused{}, Tolerated: map[string]int{}}
	return i
}

// inner is an importer for something inside the file.
func (i *importer) inner(name string) *importer {
	in := &importer{name: i.name, options: i.options, anchors: i.anchors, revocations: i.revocations}
	in.report = Report{File: name, Kind: FileUnknown, Refused: []pki.Refused{}, Tolerated: map[string]int{}}
	return in
}

// anchorStore is a store of the anchors that a caller hands in.
func anchorStore(anchors []*pki.Certificate) *Store {
	items := make([]Item, len(anchors))
	for n, a := range anchors {
		items[n] = Item{ID: contentID(a.Raw), Kind: kindOf(a), DER: a.Raw, Sources: []Source{{Origin: Bilateral}}}
	}
	s, _ := NewStore(items, 0, time.Time{}) // they were read before
	return s
}

func (i *importer) done() Imported {
	if i.report.Signature.Verdict == traveldoc.Fail && !i.options.KeepFailed {
		i.items = nil
	}
	i.items = Merge(i.items)
	return Imported{i.report, i.items}
}

func (i *importer) refuse(index int, subject, reason string) {
	i.report.Refused = append(i.report.Refused, pki.Refused{Index: index, Subject: subject, Reason: reason})
}

func (i *importer) unreadable(reason string) {
	i.refuse(0, "", reason)
	i.judge(traveldoc.NotDone, ReasonUnreadable)
}

func (i *importer) judge(v traveldoc.Verdict, reason string) {
	i.report.Signature = SignatureNote{v, reason}
}

func (i *importer) tolerate(deviations []pki.Deviation) {
	for _, d := range deviations {
		i.report.Tolerated[d.Code]++
	}
}

// file recognises the kind and reads.
func (i *importer) file(data []byte) {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), " \t\r\n")
	switch {
	case bytes.Contains(text[:min(len(text), 64<<10)], []byte("-----BEGIN ")):
		i.pem(text)
	case bytes.HasPrefix(text, []byte("{")):
		i.deviations(text)
	case looksLikeLDIF(text):
		i.ldif(text)
	default:
		i.der(data)
	}
}

// looksLikeLDIF says whether the first line that is no comment names a record or the version.
func looksLikeLDIF(text []byte) bool {
	for range 1000 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		line = bytes.ToLower(bytes.TrimRight(line[:min(len(line), 256)], "\r"))
		if len(line) > 0 && line[0] != '#' && line[0] != ' ' {
			return bytes.HasPrefix(line, []byte("dn:")) || bytes.HasPrefix(line, []byte("version:"))
		}
		if len(rest) == 0 {
			return false
		}
		text = rest
	}
	return false
}

// der reads one element.
func (i *importer) der(data []byte) {
	switch pki.Recognise(data) {
	case pki.FormCertificate:
		i.certificate(data)
	case pki.FormCRL:
		i.crl(data)
	case pki.FormSignedData, pki.FormMasterList:
		i.masterList(data)
	case pki.FormUnknown:
		i.unreadable("expected a certificate, a CRL or a master list (DER, PEM), LDIF, or a list of deviations (JSON)")
	}
}

// pem reads every block of a file; one alone is as its DER.
func (i *importer) pem(text []byte) {
	var blocks []*pem.Block
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if blocks = append(blocks, block); len(blocks) > maxDefects {
			i.unreadable("more than 100000 PEM blocks")
			return
		}
	}
	switch len(blocks) {
	case 0:
		i.unreadable("expected PEM with its end line")
		return
	case 1:
		i.der(blocks[0].Bytes)
		return
	}
	i.report.Kind = FileCertificates
	i.judge(traveldoc.NotDone, ReasonUnsigned)
	for n, block := range blocks {
		i.contained(n, fmt.Sprintf("%s[%d]", i.name, n), block.Bytes)
	}
}

// contained reads something inside a container and keeps its report.
func (i *importer) contained(index int, where string, data []byte) {
	in := i.inner(where)
	in.der(data)
	result := in.done()
	i.items = append(i.items, result.Items...)
	i.report.Parsed += result.Report.Parsed
	for code, n := range result.Report.Tolerated {
		i.report.Tolerated[code] += n
	}
	switch result.Report.Kind {
	case FileMasterList, FileCRL:
		i.report.Contained = append(i.report.Contained, result.Report)
	default:
		for _, r := range result.Report.Refused {
			i.refuse(index, r.Subject, r.Reason)
		}
		if note := result.Report.Signature; note.Verdict == traveldoc.Fail {
			i.refuse(index, result.Report.Signer, note.Reason)
		}
	}
}

func (i *importer) deviations(text []byte) {
	i.report.Kind = FileDeviations
	i.judge(traveldoc.NotDone, ReasonUnsigned)
	defects, refused, err := readDeviations(text)
	if err != nil {
		i.unreadable(err.Error())
		return
	}
	i.report.Refused = append(i.report.Refused, refused...)
	i.report.Parsed = len(defects)
	for _, d := range defects {
		item := Item{Kind: Deviation, Defect: &d, Sources: []Source{{Origin: i.options.Origin, List: i.name, Date: i.options.Now}}}
		content, err := item.content()
		if err != nil {
			i.refuse(0, d.Issuer, err.Error())
			continue
		}
		item.ID = contentID(content)
		i.items = append(i.items, item)
	}
}
