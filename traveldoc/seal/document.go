package seal

// Document is the kind of document that a seal was made for.
type Document string

// The documents whose features are known by name. The reference is that of the header, feature definition and category.
const (
	UnknownDocument         Document = ""
	Visa                    Document = "visa"                             // 5D01, Doc 9303-7
	EmergencyTravelDocument Document = "emergency_travel_document"        // 5E03, Doc 9303-8
	ResidencePermit         Document = "residence_permit"                 // FB06, BSI TR-03137
	ArrivalAttestation      Document = "arrival_attestation"              // FD02, Germany
	SupplementarySheet      Document = "supplementary_sheet"              // FA06, Germany: to a residence permit
	AddressStickerIDCard    Document = "address_sticker_id_card"          // F908, Germany
	AddressStickerPermit    Document = "address_sticker_residence_permit" // F90C, Germany
	AddressStickerPassport  Document = "address_sticker_passport"         // F80A, Germany
	SocialInsuranceCard     Document = "social_insurance_card"            // FC04, Germany
	AdministrativeDocument  Document = "administrative_document"          // 01C8, 01C9: BSI TR-03171, the profile is named in tag 0
)

// coding is how the value of a feature is written.
type coding uint8

const (
	codedBytes coding = iota
	codedC40
	codedUTF8
	codedNumber   // one byte
	codedDuration // days, months, years: a byte each
	codedUUID
	codedMRVA // C40 of 44 and 28 characters
	codedMRVB // C40 of 36 and 28 characters
	codedTD2  // C40 of 36 and 36 characters
)

type feature struct {
	name   string
	coding coding
}

// FieldMRZ and the others are names of fields. Where package reader has a name for the same thing it is the same.
const (
	FieldMRZ             = "mrz"
	FieldEntries         = "visa_entries"
	FieldStay            = "duration_of_stay"
	FieldPassportNumber  = "passport_number"
	FieldVisaType        = "visa_type"
	FieldAdditional      = "additional"
	FieldRegisterNumber  = "register_number" // of the German central register of foreigners
	FieldSheetNumber     = "sheet_number"
	FieldDocumentNumber  = "document_number"
	FieldMunicipality    = "municipality"
	FieldAddress         = "address"
	FieldPostalCode      = "postal_code"
	FieldInsuranceNumber = "social_insurance_number"
	FieldSurname         = "surname"
	FieldGivenNames      = "given_names"
	FieldBirthName       = "birth_name"
	FieldProfile         = "profile"
	FieldValidity        = "validity"
)

// features are the known features of a document by their tags.
func (d Document) features() map[byte]feature {
	switch d {
	case Visa:
		return map[byte]feature{
			1: {FieldMRZ, codedMRVA}, 2: {FieldMRZ, codedMRVB}, 3: {FieldEntries, codedNumber}, 4: {FieldStay, codedDuration},
			5: {FieldPassportNumber, codedC40}, 6: {FieldVisaType, codedUTF8}, 7: {FieldAdditional, codedBytes},
		}
	case EmergencyTravelDocument:
		return map[byte]feature{2: {FieldMRZ, codedTD2}}
	case ResidencePermit:
		return map[byte]feature{2: {FieldMRZ, codedTD2}, 3: {FieldPassportNumber, codedC40}}
	case ArrivalAttestation:
		return map[byte]feature{2: {FieldMRZ, codedTD2}, 3: {FieldRegisterNumber, codedC40}}
	case SupplementarySheet:
		return map[byte]feature{4: {FieldMRZ, codedTD2}, 5: {FieldSheetNumber, codedC40}}
	case AddressStickerIDCard, AddressStickerPermit:
		return map[byte]feature{1: {FieldDocumentNumber, codedC40}, 2: {FieldMunicipality, codedC40}, 3: {FieldAddress, codedC40}}
	case AddressStickerPassport:
		return map[byte]feature{1: {FieldDocumentNumber, codedC40}, 2: {FieldMunicipality, codedC40}, 3: {FieldPostalCode, codedC40}}
	case SocialInsuranceCard:
		return map[byte]feature{
			1: {FieldInsuranceNumber, codedC40}, 2: {FieldSurname, codedUTF8}, 3: {FieldGivenNames, codedUTF8}, 4: {FieldBirthName, codedUTF8},
		}
	case AdministrativeDocument:
		return map[byte]feature{0: {FieldProfile, codedUUID}, 1: {FieldValidity, codedBytes}}
	case UnknownDocument:
	}
	return nil
}

// Document is the kind of document by feature definition and category; UnknownDocument when they are not known here.
func (h Header) Document() Document {
	switch uint16(h.Feature)<<8 | uint16(h.Category) {
	case 0x5D01:
		return Visa
	case 0x5E03:
		return EmergencyTravelDocument
	case 0xFB06:
		return ResidencePermit
	case 0xFD02:
		return ArrivalAttestation
	case 0xFA06:
		return SupplementarySheet
	case 0xF908:
		return AddressStickerIDCard
	case 0xF90C:
		return AddressStickerPermit
	case 0xF80A:
		return AddressStickerPassport
	case 0xFC04:
		return SocialInsuranceCard
	case 0x01C8, 0x01C9:
		return AdministrativeDocument
	}
	return UnknownDocument
}
