// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ContractResolver} from "./ContractResolver.sol";
import {PKPNFT} from "./PKPNFT.sol";
import {PKPPermissions} from "./PKPPermissions.sol";
import {Resolved} from "./Resolved.sol";

/// @title Mint a PKP and permit its users in one transaction
/// @notice The helper owns the PKP while it adds the permissions, then passes it on to the caller or to the PKP itself.
contract PKPHelper is Resolved {
    struct ClaimMaterial {
        uint256 keyType;
        bytes32 derivedKeyId;
        PKPNFT.Signature[] signatures;
    }

    struct AuthMethodData {
        uint256 keyType;
        bytes[] permittedIpfsCIDs;
        uint256[][] permittedIpfsCIDScopes;
        address[] permittedAddresses;
        uint256[][] permittedAddressScopes;
        uint256[] permittedAuthMethodTypes;
        bytes[] permittedAuthMethodIds;
        bytes[] permittedAuthMethodPubkeys;
        uint256[][] permittedAuthMethodScopes;
        bool addPkpEthAddressAsPermittedAddress;
        bool sendPkpToItself;
    }

    constructor(ContractResolver resolver) Resolved(resolver) {}

    function mintNextAndAddAuthMethods(
        uint256 keyType,
        uint256[] memory permittedAuthMethodTypes,
        bytes[] memory permittedAuthMethodIds,
        bytes[] memory permittedAuthMethodPubkeys,
        uint256[][] memory permittedAuthMethodScopes,
        bool addPkpEthAddressAsPermittedAddress,
        bool sendPkpToItself
    ) external payable returns (uint256) {
        AuthMethodData memory data;
        data.permittedAuthMethodTypes = permittedAuthMethodTypes;
        data.permittedAuthMethodIds = permittedAuthMethodIds;
        data.permittedAuthMethodPubkeys = permittedAuthMethodPubkeys;
        data.permittedAuthMethodScopes = permittedAuthMethodScopes;
        data.addPkpEthAddressAsPermittedAddress = addPkpEthAddressAsPermittedAddress;
        data.sendPkpToItself = sendPkpToItself;
        return _mintNext(keyType, data);
    }

    function mintNextAndAddAuthMethodsWithTypes(
        uint256 keyType,
        bytes[] memory permittedIpfsCIDs,
        uint256[][] memory permittedIpfsCIDScopes,
        address[] memory permittedAddresses,
        uint256[][] memory permittedAddressScopes,
        uint256[] memory permittedAuthMethodTypes,
        bytes[] memory permittedAuthMethodIds,
        bytes[] memory permittedAuthMethodPubkeys,
        uint256[][] memory permittedAuthMethodScopes,
        bool addPkpEthAddressAsPermittedAddress,
        bool sendPkpToItself
    ) external payable returns (uint256) {
        AuthMethodData memory data;
        data.permittedIpfsCIDs = permittedIpfsCIDs;
        data.permittedIpfsCIDScopes = permittedIpfsCIDScopes;
        data.permittedAddresses = permittedAddresses;
        data.permittedAddressScopes = permittedAddressScopes;
        data.permittedAuthMethodTypes = permittedAuthMethodTypes;
        data.permittedAuthMethodIds = permittedAuthMethodIds;
        data.permittedAuthMethodPubkeys = permittedAuthMethodPubkeys;
        data.permittedAuthMethodScopes = permittedAuthMethodScopes;
        data.addPkpEthAddressAsPermittedAddress = addPkpEthAddressAsPermittedAddress;
        data.sendPkpToItself = sendPkpToItself;
        return _mintNext(keyType, data);
    }

    function claimAndMintNextAndAddAuthMethods(
        ClaimMaterial calldata claimMaterial,
        AuthMethodData calldata authMethodData
    ) external payable returns (uint256 tokenId) {
        PKPNFT nft = PKPNFT(_pkpNftAddress());
        tokenId = nft.claimAndMint{value: msg.value}(
            claimMaterial.keyType, claimMaterial.derivedKeyId, claimMaterial.signatures
        );
        _permitAndPassOn(nft, tokenId, authMethodData);
    }

    function _mintNext(uint256 keyType, AuthMethodData memory data) private returns (uint256 tokenId) {
        PKPNFT nft = PKPNFT(_pkpNftAddress());
        tokenId = nft.mintNext{value: msg.value}(keyType);
        _permitAndPassOn(nft, tokenId, data);
    }

    function _permitAndPassOn(PKPNFT nft, uint256 tokenId, AuthMethodData memory data) private {
        PKPPermissions permissions = PKPPermissions(_permissionsAddress());
        address pkp = nft.getEthAddress(tokenId);
        _permit(permissions, tokenId, data);
        if (data.addPkpEthAddressAsPermittedAddress) {
            permissions.addPermittedAddress(tokenId, pkp, new uint256[](0));
        }
        nft.transferFrom(address(this), data.sendPkpToItself ? pkp : msg.sender, tokenId);
    }

    function _permit(PKPPermissions permissions, uint256 tokenId, AuthMethodData memory data) private {
        require(
            data.permittedIpfsCIDs.length == data.permittedIpfsCIDScopes.length
                && data.permittedAddresses.length == data.permittedAddressScopes.length
                && data.permittedAuthMethodTypes.length == data.permittedAuthMethodIds.length
                && data.permittedAuthMethodTypes.length == data.permittedAuthMethodPubkeys.length
                && data.permittedAuthMethodTypes.length == data.permittedAuthMethodScopes.length,
            "The lists of permissions differ in length"
        );
        for (uint256 i = 0; i < data.permittedIpfsCIDs.length; i++) {
            permissions.addPermittedAction(tokenId, data.permittedIpfsCIDs[i], data.permittedIpfsCIDScopes[i]);
        }
        for (uint256 i = 0; i < data.permittedAddresses.length; i++) {
            permissions.addPermittedAddress(tokenId, data.permittedAddresses[i], data.permittedAddressScopes[i]);
        }
        for (uint256 i = 0; i < data.permittedAuthMethodTypes.length; i++) {
            PKPPermissions.AuthMethod memory method = PKPPermissions.AuthMethod(
                data.permittedAuthMethodTypes[i], data.permittedAuthMethodIds[i], data.permittedAuthMethodPubkeys[i]
            );
            permissions.addPermittedAuthMethod(tokenId, method, data.permittedAuthMethodScopes[i]);
        }
    }
}
