"""The hall's big screen: one page that draws what everybody may know of the sitting.

scene       what the page gets, as plain data
tongues     the one or two languages of a screen
wording     its words
moments     which state, which result, and since when: pure
compose     public documents to a scene: pure;  results   the scene of a vote that has ended
sizes       how large text must be for a room: pure
stream      a scene as server-sent events: pure
board       the newest scene, for every page that listens
feed        the client that reads the documents and writes on the board
server      the Starlette application;  listener   the HTTP server under it
static/     the page
"""
