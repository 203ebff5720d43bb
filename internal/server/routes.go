package server

import (
	"net/http"

	"marquis/internal/lab"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes are all ways in. docs/permissions.md is made from this list, and a test
// walks it as everybody who may and may not.
func routes() []route { //nolint:funlen // one list of all ways in
	administrators := strictly(holders(lab.Administrator))
	verifiers, publishers := strictly(able(lab.VerifyAnalysis)), strictly(able(lab.PublishResult))
	return []route{
		// the program
		{get, "/livez", everybody, livez},
		{get, "/readyz", everybody, readyz},
		{get, "/readyz/write", everybody, readyzWrite},
		{get, "/assets/:name", everybody, showAsset},
		{get, securityPath, everybody, securityText},

		// the public
		{get, "/", everybody, home},
		{get, "/lookup", everybody, toHome},
		{post, "/lookup", everybody, lookUp},
		{get, resultPath, bearers, showResult},
		{get, "/privacy", everybody, privacy},

		{get, "/figures", everybody, figuresStart},
		{get, "/figures/search", everybody, figuresSearch},
		{get, "/figures/products/:product", everybody, figuresOf},
		{get, "/figures/products/:product/tables/:file", everybody, figuresFile},
		{get, "/figures/:year", everybody, figuresOf},
		{get, "/figures/:year/tables/:file", everybody, figuresFile},
		{get, "/figures/:year/:product", everybody, figuresOf},
		{get, "/figures/:year/:product/tables/:file", everybody, figuresFile},

		// signing in, and one's own account
		{get, signInPath, everybody, signInForm},
		{post, signInPath, everybody, signIn},
		{post, "/sign-out", halfway, signOut},
		{get, "/invitation", everybody, invitationForm},
		{post, "/invitation", everybody, acceptInvitation},
		{get, "/second-factor", halfway, secondFactorForm},
		{post, "/second-factor", halfway, secondFactor},
		{get, "/account", staff, accountForm},
		{post, "/account", staff, changePassword},
		{get, "/account/authenticator", newcomers, authenticatorForm},
		{post, "/account/authenticator", newcomers, setAuthenticator},
		{get, "/account/sessions", staff, sessionsForm},
		{post, "/account/sessions", staff, endOtherSession},
		{get, "/staff", staff, staffStart},

		// the counter
		{get, "/counter", able(lab.RegisterSample), counter},
		{get, "/counter/:service", able(lab.RegisterSample), counterDay},
		{post, "/counter/:service/new", able(lab.RegisterSample), newDraft},
		{post, "/counter/:service/turned-away", able(lab.RegisterSample), turnAway},
		{get, "/counter/:service/drafts/:draft", able(lab.RegisterSample), draftForm},
		{post, "/counter/:service/drafts/:draft", able(lab.RegisterSample), registerDraft},
		{post, "/counter/:service/drafts/:draft/save", able(lab.RegisterSample), saveDraft},
		{post, "/counter/:service/drafts/:draft/drop", able(lab.RegisterSample), dropDraft},
		{get, "/samples/:number/code", able(lab.ReplaceCode), replaceCodeForm},
		{post, "/samples/:number/code", able(lab.ReplaceCode), replaceLostCode},
		{get, "/samples/:number/description", able(lab.ChangeSample), describeForm},
		{post, "/samples/:number/description", able(lab.ChangeSample), describe},
		{post, "/samples/:number/next", able(lab.RegisterSample), nextSample},
		{get, "/suggest/products", holders(nameRoles...), suggestProducts},
		{get, "/suggest/substances", holders(nameRoles...), suggestSubstances},

		// the laboratory, verification and release
		{get, "/work", holders(lab.RecordRoles...), worklist},
		{post, "/work/:service/not-analysed", able(lab.MoveSample), notAnalysed},
		{get, "/work/:service/publish", publishers, releaseAllForm},
		{post, "/work/:service/publish", publishers, releaseAll},
		{get, "/samples/:number", holders(lab.RecordRoles...), showRecord},
		{post, "/samples/:number/move", able(lab.MoveSample), moveSample},
		{post, "/samples/:number/exclusion", able(lab.ExcludeSample), excludeSample},
		{get, "/samples/:number/analyses/new", able(lab.EnterAnalysis), analysisForm},
		{post, "/samples/:number/analyses/new", able(lab.EnterAnalysis), saveAnalysis},
		{get, "/samples/:number/analyses/:analysis", able(lab.EnterAnalysis), analysisForm},
		{post, "/samples/:number/analyses/:analysis", able(lab.EnterAnalysis), saveAnalysis},
		{get, "/samples/:number/analyses/:analysis/retraction", able(lab.RetractAnalysis), retractionForm},
		{post, "/samples/:number/analyses/:analysis/retraction", able(lab.RetractAnalysis), retractAnalysis},
		{get, "/samples/:number/analyses/:analysis/verify", verifiers, verifyForm},
		{post, "/samples/:number/analyses/:analysis/verify", verifiers, verifyAnalysis},
		{post, "/samples/:number/analyses/:analysis/question", strictly(able(lab.AskAboutAnalysis)), askAnalysis},
		{post, "/samples/:number/questions/:question", able(lab.AnswerQuestion), answerQuestion},
		{get, "/samples/:number/release", publishers, releaseForm},
		{post, "/samples/:number/release", publishers, release},
		{post, "/samples/:number/withdrawal", strictly(able(lab.WithdrawResult)), withdraw},
		{get, "/samples/:number/read-out", able(lab.TellResult), readOut},
		{post, "/samples/:number/read-out", able(lab.TellResult), tellResult},
		{get, "/methods", holders(lab.Laboratory, lab.Verifier, lab.Administrator), methods},
		{get, "/methods/new", administrators, newMethodForm},
		{post, "/methods/new", administrators, addMethod},

		// figures for staff
		{get, "/statistics", holders(lab.FigureRoles...), statisticsOf},
		{get, "/statistics/tables/:file", strictly(holders(lab.FigureRoles...)), statisticsFile},
		{get, "/reports", strictly(holders(lab.FigureRoles...)), reportsForm},
		{post, "/reports", strictly(holders(lab.FigureRoles...)), makeReport},
		{get, "/reports/:job", strictly(holders(lab.FigureRoles...)), showReport},
		{get, "/reports/:job/progress", strictly(holders(lab.FigureRoles...)), reportProgress},
		{get, "/reports/:job/file", strictly(holders(lab.FigureRoles...)), reportFile},

		// people
		{get, "/people", administrators, people},
		{post, "/people", administrators, addPerson},
		{get, "/people/new", administrators, newPersonForm},
		{get, "/people/:user", administrators, personForm},
		{post, "/people/:user", administrators, setRoles},
		{post, "/people/:user/disabled", administrators, disablePerson},
		{post, "/people/:user/invitation", administrators, invitePerson},
		{post, "/people/:user/sessions", administrators, endSessionsOfPerson},

		// the clock, for administrators of all services
		{get, "/clock", administrators, clockForm},
		{post, "/clock", administrators, confirmClock},

		// services
		{get, "/services", administrators, services},
		{post, "/services", administrators, addService},
		{get, "/services/new", administrators, newServiceForm},
		{get, "/services/:service", administrators, serviceForm},
		{post, "/services/:service/locations", administrators, addLocation},
		{post, "/services/:service/second-factor", administrators, requireSecondFactor},
	}
}
