package emrtd

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// unreadable is the step's verdict where there is no SOD to look at.
func (v *verification) unreadable() (Step, bool) {
	switch {
	case v.Files[FileSOD] == nil:
		return notDone(ReasonNoSOD, v.Unread[FileSOD]), true
	case v.sod == nil:
		return inconclusive(ReasonUnreadable, ""), true
	}
	return Step{}, false
}

// unsigned is the step's verdict where there is no signer to look at.
func (v *verification) unsigned() (Step, bool) {
	if s, is := v.unreadable(); is {
		return s, true
	}
	if v.signer == nil {
		return inconclusive(ReasonNoSigner, ""), true
	}
	return Step{}, false
}

// structure judges the form of the SOD: what was tolerated is named.
func (v *verification) structure() Step {
	if s, is := v.unreadable(); is {
		s.Detail += v.malformed(FileSOD)
		return s
	}
	var tolerated []string
	if v.sod.TypeTolerated {
		tolerated = append(tolerated, "content type "+v.sod.ContentType)
	}
	for _, f := range v.sod.Findings {
		tolerated = append(tolerated, string(f.Code)+": "+f.Detail)
	}
	for _, d := range v.tolerations() {
		tolerated = append(tolerated, strings.TrimSuffix(d.Code+": "+d.Detail, ": "))
	}
	if len(tolerated) == 0 {
		return pass()
	}
	slices.Sort(tolerated)
	return Step{Verdict: traveldoc.Pass, Reason: ReasonTolerated, Detail: strings.Join(slices.Compact(tolerated), "; ")}
}

// tolerations are the deviations of the signed data, its signers and the signer's certificate.
func (v *verification) tolerations() []pki.Deviation {
	all := slices.Clone(v.sod.CMS.Deviations)
	for _, s := range v.sod.CMS.Signers {
		all = append(all, s.Deviations...)
	}
	if v.signer != nil {
		all = append(all, v.signer.Deviations...)
	}
	return all
}

// malformed is why the file could not be read, empty when it could.
func (v *verification) malformed(file string) string {
	for _, f := range v.chip.Findings {
		if f.File == file && f.Code == Malformed {
			return f.Detail
		}
	}
	return ""
}

// signature verifies every signature of the SOD under the certificate that it names.
func (v *verification) signature() Step {
	if s, is := v.unreadable(); is {
		return s
	}
	if len(v.sod.CMS.Signers) == 0 {
		return fail(ReasonNotSigned, "")
	}
	for i := range v.sod.CMS.Signers {
		err := v.sod.CMS.Verify(i)
		switch {
		case err == nil:
		case errors.Is(err, pki.ErrSignature):
			return fail(ReasonInvalid, err.Error())
		case errors.Is(err, pki.ErrNoSigner):
			return inconclusive(ReasonNoSigner, err.Error())
		default:
			return inconclusive(ReasonUnsupported, err.Error())
		}
	}
	return pass()
}

// concerns reports whether the data group was read, or is named by the SOD or EF.COM.
func (v *verification) concerns(n int) bool {
	return v.Files[FileDG(n)] != nil || v.sod != nil && v.sod.Covers(n) || v.chip.COM != nil && slices.Contains(v.chip.COM.Groups, n)
}

// hash compares the hash of a data group with the one in the SOD, whether or not that one's signature is right.
func (v *verification) hash(n int) Step {
	if s, is := v.unreadable(); is {
		return s
	}
	data, read := v.Files[FileDG(n)]
	switch {
	case !read && !v.sod.Covers(n):
		return notDone(ReasonNotRead, "named by EF.COM alone")
	case !read && (n == 3 || n == 4):
		return notDone(ReasonNeedsTA, v.Unread[FileDG(n)])
	case !read:
		return notDone(ReasonNotRead, v.Unread[FileDG(n)])
	case !v.sod.Covers(n):
		return fail(ReasonNotInSOD, "")
	case v.sod.Hash == 0:
		return inconclusive(ReasonUnsupported, "hash algorithm "+v.sod.HashOID)
	}
	return v.compareHash(n, data)
}

func (v *verification) compareHash(n int, data []byte) Step {
	e, trailing, err := content(FileDG(n), data)
	if err != nil { // no element at all: whatever was signed, it was not this
		return fail(ReasonMismatch, err.Error())
	}
	if !bytes.Equal(digest(v.sod.Hash, e.Raw), v.sod.Hashes[n]) {
		return fail(ReasonMismatch, fmt.Sprintf("%v over %d bytes", v.sod.Hash, len(e.Raw)))
	}
	s := pass()
	if trailing > 0 {
		s.Detail = fmt.Sprintf("%d bytes behind the element were left out", trailing)
	}
	return s
}

// com compares the unsigned table of contents with the signed one.
func (v *verification) com() Step {
	com := v.chip.COM
	switch {
	case v.Files[FileCOM] == nil:
		return notDone(ReasonNoCOM, v.Unread[FileCOM])
	case com == nil:
		return inconclusive(ReasonCOMUnreadable, v.malformed(FileCOM))
	}
	if s, is := v.unreadable(); is {
		return s
	}
	listed := slices.Sorted(slices.Values(com.Groups))
	signed := v.sod.Groups()
	switch {
	case !slices.Equal(slices.Compact(listed), signed) || len(com.Unknown) > 0:
		return fail(ReasonListsDiffer, fmt.Sprintf("EF.COM %v, SOD %v, unknown tags % X", com.Groups, signed, com.Unknown))
	case differs(com.LDSVersion, v.sod.LDSVersion) || differs(com.UnicodeVersion, v.sod.UnicodeVersion):
		return fail(ReasonVersionDiffer, fmt.Sprintf("LDS %s and %s, Unicode %s and %s",
			com.LDSVersion, v.sod.LDSVersion, com.UnicodeVersion, v.sod.UnicodeVersion))
	}
	return pass()
}

// differs compares two versions where both are stated.
func differs(a, b string) bool { return a != "" && b != "" && a != b }
