"""Columns that hold nothing of anybody, each with the reason. What is not here and not in kept.py fails a test.

Numbers, dates, flags and links between rows need not stand here. "Versions" are the rows of what staff edited.
"""

OF_OURS = "one of a short list of words of ours"
RANDOM = "random, and says nothing once what stands beside it is gone"
PUBLIC = "public: of the register of schools, or of a place"
HUBS = "what the hub says to everybody of itself or of a lesson"
KEYED = "a keyed hash: it counts schools that were typed, and names none"
MADE_ANEW = "made each night of what stands in the other columns: what goes there is gone here a day later"
OF_A_MACHINE = "of a machine and how it is: its name, its clock, what it found"
UNUSED = "of a table that settings leave empty"
FRAMEWORK = "the framework’s own words"

NOTHING: dict[str, dict[str, str]] = {
    OF_OURS: {
        "bookings.Booking": "status source language school_kind",
        "bookings.Places": "status status_before",
        "bookings.AuditEntry": "by verb from_status to_status",
        "bookings.Mail": "kind language state",
        "bookings.Opened": "what",
        "bookings.TellMe": "language",
        "bookings.Told": "of",
        "bookings.TurnedAway": "why",
        "bookings.NetworkUse": "what",
        "bookings.SessionChange": "verb",
        "bookings.WideChange": "verb",
        "bookings.WideStep": "refused",
        "bookings.Enrolment": "problem",
        "bookings.Letter": "to",
        "bookings.Asked": "form",
        "bookings.Quote": "of",
        "bookings.Erasure": "of column",
        "bookings.Invitation": "state language",
        "hubs.Membership": "role",
        "hubs.Photograph": "pupils",
        "hubs.Resource": "pupils kind",
        "hubs.ShowcaseSession": "kind visibility who_may_book step_free accessible_toilet kept_bay hearing_loop",
        "hubs.Lesson": "picture picture_of",
        "hubs.Cost": "kind",
        "hubs.Remark": "section",
        "hubs.HubYear": "shows",
        "hubs.Exchange": "medians",
        "versions": "history_type history_change_reason",
    },
    RANDOM: {
        "bookings.Booking": "public_id reference request_key",
        "bookings.Visitor": "public_id",
        "bookings.AddressChange": "public_id",
        "bookings.Mail": "dedupe_key token request_id",
        "bookings.AuditEntry": "request_id",
        "bookings.Opened": "request_id",
        "bookings.Draft": "request_key",
        "bookings.TellMe": "public_id",
        "bookings.OfficeLink": "public_id",
        "bookings.Asked": "public_id",
        "bookings.NewsConsent": "public_id",
        "bookings.Invitation": "public_id",
        "bookings.Enrolment": "key",
        "bookings.Certificate": "public_id code",
        "bookings.Letter": "key",
        "bookings.Erasure": "row",
        "bookings.SessionChange": "key",
        "bookings.WideChange": "key",
        "bookings.WideStep": "key",
        "hubs.VisitingTeacher": "public_id",
        "hubs.ShowcaseSession": "ref",
    },
    KEYED: {"bookings.Booking": "school_key"},
    OF_A_MACHINE: {"bookings.Running": "clock_boot round_host trial_said miscounted reports_differing alerted"},
    MADE_ANEW: {"bookings.KeptReport": "page heads tables made_of"},
    UNUSED: {
        "axes.AccessFailureLog": "user_agent ip_address username http_accept path_info",
        "axes.AccessLog": "user_agent ip_address username http_accept path_info session_hash",
    },
    PUBLIC: {
        "hubs.School": "name type_name town postcode search",
        "hubs.SchoolWord": "word",
        "hubs.LocalAuthority": "code name",
        "hubs.ShowcaseSession": "place_name place_address place_town place_postcode",
    },
    HUBS: {
        "hubs.Exchange": "name",
        "hubs.Hub": "slug data_contact in_the_classroom embed_origins",
        "hubs.OldHubAddress": "slug",
        "hubs.HubYear": "name programme_name partners about about_zh",
        "hubs.Notice": "text text_zh link",
        "hubs.ClosedDay": "note",
        "hubs.SchoolList": "name code",
        "hubs.WorkGroup": "name hub_pays about",
        "hubs.Remark": "text",
        "hubs.ShowcaseSession": "title title_zh about about_zh taught suits_note parking refreshments bring filming"
        " interpreter absence_notice booked_elsewhere booked_elsewhere_url step_free_note accessible_toilet_note"
        " kept_bay_note hearing_loop_note",
        "hubs.Lesson": "topic watch_for class_note",
        "hubs.ProgrammeSegment": "text place",
    },
    FRAMEWORK: {
        "auth.Permission": "name codename",
        "auth.Group": "name",
        "contenttypes.ContentType": "app_label model",
    },
}
