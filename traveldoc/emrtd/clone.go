package emrtd

import (
	"errors"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// excludesClone reports whether a step of clone protection was done, whatever it came to.
func excludesClone(s Step) bool { return s.Verdict == traveldoc.Pass || s.Verdict == traveldoc.Fail }

// active verifies the recorded answer to active authentication under the key of DG15.
func (v *verification) active() Step {
	_, read := v.Files[FileDG(15)]
	switch {
	case !read && (v.sod != nil && v.sod.Covers(15)):
		return notDone(ReasonKeyNotRead, v.Unread[FileDG(15)])
	case !read:
		return notDone(ReasonAbsent, "")
	case v.Active == nil:
		return notDone(ReasonNotRecorded, "")
	case v.chip.DG15 == nil:
		return inconclusive(ReasonKeyUnreadable, v.malformed(FileDG(15)))
	case v.chip.DG15.Key == nil:
		return inconclusive(ReasonUnsupported, "")
	}
	how, err := VerifyActive(v.chip.DG15.Key, v.chip.DG14, v.Active.Challenge, v.Active.Response)
	switch {
	case errors.Is(err, pki.ErrSignature):
		return fail(ReasonResponse, err.Error())
	case err != nil:
		return inconclusive(ReasonUnsupported, err.Error())
	case v.hash(15).Verdict != traveldoc.Pass:
		return inconclusive(ReasonKeyNotSigned, how)
	}
	return Step{Verdict: traveldoc.Pass, Detail: how}
}

// chipAuthentication is what the device says of chip authentication and of PACE with chip authentication mapping.
func (v *verification) chipAuthentication() Step {
	switch {
	case v.ChipAuthentication == reader.Error || v.PACECAM == reader.Error:
		return fail(ReasonDeviceFailed, "")
	case v.ChipAuthentication == reader.OK:
		return Step{Verdict: traveldoc.Pass, Reason: ReasonByDevice, Detail: "chip authentication"}
	case v.PACECAM == reader.OK:
		return Step{Verdict: traveldoc.Pass, Reason: ReasonByDevice, Detail: "PACE with chip authentication mapping"}
	case v.offersChipAuthentication():
		return notDone(ReasonNotRecorded, "")
	}
	return notDone(ReasonAbsent, "")
}

// offersChipAuthentication: DG14 has a key for it, or is signed and was not read.
func (v *verification) offersChipAuthentication() bool {
	if v.chip.DG14 != nil {
		return len(v.chip.DG14.ChipKeys) > 0
	}
	return v.sod != nil && v.sod.Covers(14)
}
