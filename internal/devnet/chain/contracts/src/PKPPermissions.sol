// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {ContractResolver} from "./ContractResolver.sol";
import {Resolved} from "./Resolved.sol";

/// @title Who may use a PKP, and for what
/// @notice Everything permitted is an auth method: an address is type 1 with its 20 bytes as id, a Lit Action type 2
/// with its CID's multihash. Scopes are kept apart from the permission itself: removing a method leaves its scopes, and
/// adding it again finds them.
contract PKPPermissions is Resolved {
    using BitMaps for BitMaps.BitMap;
    using EnumerableSet for EnumerableSet.Bytes32Set;
    using EnumerableSet for EnumerableSet.UintSet;

    struct AuthMethod {
        uint256 authMethodType;
        bytes id;
        bytes userPubkey;
    }

    uint256 private constant TYPE_ADDRESS = 1;
    uint256 private constant TYPE_ACTION = 2;

    // The slot named authMethodType carries getAuthMethodId's hash in every event but the first: clients expect that.
    event PermittedAuthMethodAdded(uint256 indexed tokenId, uint256 authMethodType, bytes id, bytes userPubkey);
    event PermittedAuthMethodRemoved(uint256 indexed tokenId, uint256 authMethodType, bytes id);
    event PermittedAuthMethodScopeAdded(uint256 indexed tokenId, uint256 authMethodType, bytes id, uint256 scopeId);
    event PermittedAuthMethodScopeRemoved(uint256 indexed tokenId, uint256 authMethodType, bytes id, uint256 scopeId);

    mapping(uint256 tokenId => EnumerableSet.Bytes32Set) private _permitted;
    mapping(uint256 tokenId => mapping(uint256 methodId => AuthMethod)) private _methods;
    mapping(uint256 tokenId => mapping(uint256 methodId => BitMaps.BitMap)) private _scopes;
    mapping(uint256 methodId => EnumerableSet.UintSet) private _tokens;

    modifier onlyPKPOwner(uint256 tokenId) {
        require(IERC721(_pkpNftAddress()).ownerOf(tokenId) == msg.sender, "Not PKP NFT owner");
        _;
    }

    constructor(ContractResolver resolver) Resolved(resolver) {}

    function addPermittedAction(uint256 tokenId, bytes calldata ipfsCID, uint256[] calldata scopes)
        external
        onlyPKPOwner(tokenId)
    {
        _add(tokenId, AuthMethod(TYPE_ACTION, ipfsCID, ""), scopes);
    }

    function removePermittedAction(uint256 tokenId, bytes calldata ipfsCID) external onlyPKPOwner(tokenId) {
        _remove(tokenId, TYPE_ACTION, ipfsCID);
    }

    function addPermittedAddress(uint256 tokenId, address user, uint256[] calldata scopes)
        external
        onlyPKPOwner(tokenId)
    {
        _add(tokenId, AuthMethod(TYPE_ADDRESS, abi.encodePacked(user), ""), scopes);
    }

    function removePermittedAddress(uint256 tokenId, address user) external onlyPKPOwner(tokenId) {
        _remove(tokenId, TYPE_ADDRESS, abi.encodePacked(user));
    }

    /// @param scopes ids of scopes, not bits; with none the method is permitted but nodes refuse it
    function addPermittedAuthMethod(uint256 tokenId, AuthMethod calldata authMethod, uint256[] calldata scopes)
        external
        onlyPKPOwner(tokenId)
    {
        _add(tokenId, authMethod, scopes);
    }

    function removePermittedAuthMethod(uint256 tokenId, uint256 authMethodType, bytes calldata id)
        external
        onlyPKPOwner(tokenId)
    {
        _remove(tokenId, authMethodType, id);
    }

    function addPermittedAuthMethodScope(uint256 tokenId, uint256 authMethodType, bytes calldata id, uint256 scopeId)
        external
        onlyPKPOwner(tokenId)
    {
        _addScope(tokenId, getAuthMethodId(authMethodType, id), id, scopeId);
    }

    function removePermittedAuthMethodScope(
        uint256 tokenId,
        uint256 authMethodType,
        bytes calldata id,
        uint256 scopeId
    ) external onlyPKPOwner(tokenId) {
        uint256 methodId = getAuthMethodId(authMethodType, id);
        _scopes[tokenId][methodId].unset(scopeId);
        emit PermittedAuthMethodScopeRemoved(tokenId, methodId, id, scopeId);
    }

    /// @notice Adds, then removes.
    function batchAddRemoveAuthMethods(
        uint256 tokenId,
        uint256[] memory permittedAuthMethodTypesToAdd,
        bytes[] memory permittedAuthMethodIdsToAdd,
        bytes[] memory permittedAuthMethodPubkeysToAdd,
        uint256[][] memory permittedAuthMethodScopesToAdd,
        uint256[] memory permittedAuthMethodTypesToRemove,
        bytes[] memory permittedAuthMethodIdsToRemove
    ) external onlyPKPOwner(tokenId) {
        uint256 adding = permittedAuthMethodTypesToAdd.length;
        require(
            adding == permittedAuthMethodIdsToAdd.length && adding == permittedAuthMethodPubkeysToAdd.length
                && adding == permittedAuthMethodScopesToAdd.length,
            "The lists of methods to add differ in length"
        );
        require(
            permittedAuthMethodTypesToRemove.length == permittedAuthMethodIdsToRemove.length,
            "The lists of methods to remove differ in length"
        );
        for (uint256 i = 0; i < adding; i++) {
            AuthMethod memory method = AuthMethod(
                permittedAuthMethodTypesToAdd[i], permittedAuthMethodIdsToAdd[i], permittedAuthMethodPubkeysToAdd[i]
            );
            _add(tokenId, method, permittedAuthMethodScopesToAdd[i]);
        }
        for (uint256 i = 0; i < permittedAuthMethodTypesToRemove.length; i++) {
            _remove(tokenId, permittedAuthMethodTypesToRemove[i], permittedAuthMethodIdsToRemove[i]);
        }
    }

    function isPermittedAction(uint256 tokenId, bytes calldata ipfsCID) external view returns (bool) {
        return isPermittedAuthMethod(tokenId, TYPE_ACTION, ipfsCID);
    }

    /// @return true for the PKP's owner too
    function isPermittedAddress(uint256 tokenId, address user) external view returns (bool) {
        return isPermittedAuthMethod(tokenId, TYPE_ADDRESS, abi.encodePacked(user))
            || IERC721(_pkpNftAddress()).ownerOf(tokenId) == user;
    }

    function isPermittedAuthMethod(uint256 tokenId, uint256 authMethodType, bytes memory id)
        public
        view
        returns (bool)
    {
        return _permitted[tokenId].contains(bytes32(getAuthMethodId(authMethodType, id)));
    }

    /// @return whether the scope is set, be the method permitted or not
    function isPermittedAuthMethodScopePresent(
        uint256 tokenId,
        uint256 authMethodType,
        bytes calldata id,
        uint256 scopeId
    ) external view returns (bool) {
        return _scopes[tokenId][getAuthMethodId(authMethodType, id)].get(scopeId);
    }

    /// @return scopes indexed by scope id, maxScopeId of them
    function getPermittedAuthMethodScopes(
        uint256 tokenId,
        uint256 authMethodType,
        bytes calldata id,
        uint256 maxScopeId
    ) external view returns (bool[] memory scopes) {
        BitMaps.BitMap storage set = _scopes[tokenId][getAuthMethodId(authMethodType, id)];
        scopes = new bool[](maxScopeId);
        for (uint256 i = 0; i < maxScopeId; i++) {
            scopes[i] = set.get(i);
        }
    }

    /// @return the ids of the permitted type-2 methods
    function getPermittedActions(uint256 tokenId) external view returns (bytes[] memory) {
        return _idsOfType(tokenId, TYPE_ACTION);
    }

    /// @return addresses the PKP's owner, then the ids of the permitted type-1 methods cut to 20 bytes
    function getPermittedAddresses(uint256 tokenId) external view returns (address[] memory addresses) {
        bytes[] memory ids = _idsOfType(tokenId, TYPE_ADDRESS);
        addresses = new address[](ids.length + 1);
        addresses[0] = IERC721(_pkpNftAddress()).ownerOf(tokenId);
        for (uint256 i = 0; i < ids.length; i++) {
            addresses[i + 1] = address(bytes20(ids[i]));
        }
    }

    function getPermittedAuthMethods(uint256 tokenId) external view returns (AuthMethod[] memory methods) {
        EnumerableSet.Bytes32Set storage permitted = _permitted[tokenId];
        methods = new AuthMethod[](permitted.length());
        for (uint256 i = 0; i < methods.length; i++) {
            methods[i] = _methods[tokenId][uint256(permitted.at(i))];
        }
    }

    function getTokenIdsForAuthMethod(uint256 authMethodType, bytes calldata id)
        external
        view
        returns (uint256[] memory)
    {
        return _tokens[getAuthMethodId(authMethodType, id)].values();
    }

    function getAuthMethodId(uint256 authMethodType, bytes memory id) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(authMethodType, id)));
    }

    function _add(uint256 tokenId, AuthMethod memory method, uint256[] memory scopes) private {
        uint256 methodId = getAuthMethodId(method.authMethodType, method.id);
        for (uint256 i = 0; i < scopes.length; i++) {
            _addScope(tokenId, methodId, method.id, scopes[i]);
        }
        _methods[tokenId][methodId] = method;
        _permitted[tokenId].add(bytes32(methodId));
        _tokens[methodId].add(tokenId);
        emit PermittedAuthMethodAdded(tokenId, method.authMethodType, method.id, method.userPubkey);
    }

    function _addScope(uint256 tokenId, uint256 methodId, bytes memory id, uint256 scopeId) private {
        _scopes[tokenId][methodId].set(scopeId);
        emit PermittedAuthMethodScopeAdded(tokenId, methodId, id, scopeId);
    }

    function _remove(uint256 tokenId, uint256 authMethodType, bytes memory id) private {
        uint256 methodId = getAuthMethodId(authMethodType, id);
        _permitted[tokenId].remove(bytes32(methodId));
        _tokens[methodId].remove(tokenId);
        emit PermittedAuthMethodRemoved(tokenId, methodId, id);
    }

    function _idsOfType(uint256 tokenId, uint256 authMethodType) private view returns (bytes[] memory ids) {
        EnumerableSet.Bytes32Set storage permitted = _permitted[tokenId];
        ids = new bytes[](permitted.length());
        uint256 found = 0;
        for (uint256 i = 0; i < ids.length; i++) {
            AuthMethod storage method = _methods[tokenId][uint256(permitted.at(i))];
            if (method.authMethodType == authMethodType) {
                ids[found++] = method.id;
            }
        }
        assembly ("memory-safe") {
            mstore(ids, found)
        }
    }
}
