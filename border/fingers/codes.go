package fingers

// The codes of the check's evidence.
const (
	// CodeToTake: nothing has been taken yet; Found are the fingers to take.
	CodeToTake = "print_to_take"
	// CodeReader: the reader gave nothing; Found is the code of the error (see capture).
	CodeReader = "print_reader"
	// CodeMatch and CodeMismatch are the comparison with the file: Found is the fused score, Expected the least that is needed, Ref the link
	// of the file's prints. CodeCandidate is the same about the prints of another link, which a search found.
	CodeMatch     = "print_match"
	CodeMismatch  = "print_mismatch"
	CodeCandidate = "print_candidate"
	// CodeNew: nothing was on file; a search among Found persons found nobody.
	CodeNew = "print_new"
	// CodeMore: Found is how many more candidates there are than the evidence shows; each has its task after the decision. CodeBeyond: Found is
	// how many of them are beyond MostCandidates, and have none.
	CodeMore   = "print_more"
	CodeBeyond = "print_beyond"
	// CodeApart: the prints are like those of a link (Ref) that somebody (Found) found on a day (Expected) to be another person; Relation is the
	// task in which he said so.
	CodeApart = "print_apart"
	// CodeBearer: the candidate (Ref) is known because somebody (Found) found on a day (Expected) that he showed another person's document;
	// Relation is the task in which he said so. He has no file.
	CodeBearer = "print_bearer"
	// CodeTaking says which taking the answer is about: Ref is its id, Found when it was taken.
	CodeTaking = "print_taking"
	// CodeFinger is what one finger contributed: Field is the finger, Found its score, Expected the least at which it alone would be the
	// person's; Ref two ids of prints, the presented one first, with a space between.
	CodeFinger = "print_finger"
	// CodeOdd is a finger (Field) that is nothing like the one on file though the others together are: Found is its score, Expected the least
	// of a finger that raises no question.
	CodeOdd = "print_odd"
	// CodeMismatchBefore and CodeCandidateBefore: an earlier taking of the same traveller, which another one took the place of, or of the same
	// document, which was put aside, did not match the file or was like somebody else's prints. Found is its score, Ref its id.
	CodeMismatchBefore  = "print_mismatch_before"
	CodeCandidateBefore = "print_candidate_before"
	// CodeUnreadable: Found references of the person are on file and do not open.
	CodeUnreadable = "print_unreadable"
	// CodeFalseMatch says what the score means: Found is the false match rate, in percent.
	CodeFalseMatch = "print_false_match"
	// CodeQuality is a print below the wanted quality: Field is the finger, Found its score, Expected the wanted one, Relation why it was kept.
	CodeQuality = "print_quality"
	// CodeMissing is a finger that could not be taken: Field is the finger, Found the code (biometrics.Missing). CodeRefused: not wanted.
	CodeMissing = "print_missing"
	CodeRefused = "print_refused"
	// CodeNotCompared: Found persons in the gallery have no finger in common with the presented ones. CodeNotHeld: Found persons are not in the
	// gallery, or not with all their fingers. Nobody compared them.
	CodeNotCompared = "print_not_compared"
	CodeNotHeld     = "print_not_held"
	// CodeElsewhere: the person has prints at other stations; the centre compares them afterwards.
	CodeElsewhere = "print_elsewhere"
	// CodeSearchLater: the search one to many was not made here in time, and is made in the background.
	CodeSearchLater = "print_search_later"
)

// EvidenceCodes are all codes that the check's evidence can carry.
func EvidenceCodes() []string {
	return []string{
		CodeToTake, CodeReader, CodeMatch, CodeMismatch, CodeCandidate, CodeBearer, CodeMore, CodeBeyond, CodeApart, CodeNew, CodeFinger, CodeFalseMatch, CodeQuality,
		CodeMissing, CodeRefused, CodeNotCompared, CodeNotHeld, CodeElsewhere, CodeSearchLater,
		CodeTaking, CodeOdd, CodeMismatchBefore, CodeCandidateBefore, CodeUnreadable,
	}
}

// Reasons why the check has no answer, beside those of package border and the codes of package capture's errors.
const (
	ReasonToTake         = "prints_to_take"
	ReasonNoPrints       = "no_prints"
	ReasonGalleryLoading = "gallery_loading"
	ReasonSearchFailed   = "search_failed"
	// ReasonNoCommon: other fingers are on file than were taken. ReasonUnreadable: what is on file does not open.
	ReasonNoCommon   = "no_common_finger"
	ReasonUnreadable = "prints_unreadable"
	// A search that found nobody while changes were not followed, while people were missing from the gallery, or of whom there was nobody to
	// compare with though the gallery is not empty.
	ReasonGalleryStale      = "gallery_stale"
	ReasonGalleryIncomplete = "gallery_incomplete"
	ReasonNobodyCompared    = "nobody_compared"
)
